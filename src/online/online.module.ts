import { join } from 'node:path';
import { Inject, Logger, Module, type OnModuleDestroy } from '@nestjs/common';
import { CLOCK, type Clock } from '../platform/clock.js';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { AnswerFiles } from './answer-files.js';
import { ANSWER_LOG, AnswerLog } from './answer-log.js';
import { LOOKUP, Lookup } from './lookup.js';
import { OnlineController } from './online.controller.js';
import { ONLINE_STORE, type OnlineStore } from './store.js';

/** Latest values, and the log of what was answered. The store itself is chosen by the composition root. */
@Module({
  controllers: [OnlineController],
  providers: [
    {
      provide: LOOKUP,
      inject: [ONLINE_STORE, CLOCK],
      useFactory: (store: OnlineStore, clock: Clock) => new Lookup(store, clock),
    },
    { provide: ANSWER_LOG, inject: [CONFIG, CLOCK], useFactory: createAnswerLog },
  ],
  exports: [LOOKUP, ANSWER_LOG],
})
export class OnlineModule implements OnModuleDestroy {
  constructor(@Inject(ANSWER_LOG) private readonly answers: AnswerLog) {}

  async onModuleDestroy(): Promise<void> {
    await this.answers.close();
  }
}

function createAnswerLog({ dataDir, answerLog }: Configuration, clock: Clock): AnswerLog {
  const logger = new Logger('answers');
  return new AnswerLog({
    files: new AnswerFiles(join(dataDir, 'answers'), answerLog, clock),
    share: answerLog.share,
    onDefect: (cause) => logger.error({ err: cause }, 'answers were not logged'),
  });
}
