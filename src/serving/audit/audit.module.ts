import { join } from 'node:path';
import { Inject, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { FRAME_FILES, type FrameFiles } from '../../offline/frame-files.js';
import { HISTORY, type History } from '../../offline/history.js';
import { OfflineModule } from '../../offline/offline.module.js';
import { RETRIEVAL, type Retrieval } from '../../offline/retrieval.js';
import { ANSWER_LOG, type AnswerLog } from '../../online/answer-log.js';
import { OnlineModule } from '../../online/online.module.js';
import { CLOCK, type Clock } from '../../platform/clock.js';
import { CONFIG, type Configuration } from '../../platform/configuration.js';
import { HealthFigures } from '../../platform/health-figures.js';
import { Jobs } from '../../platform/jobs.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../registry/catalog.js';
import { AuditController } from './audit.controller.js';
import { AuditSchedule } from './audit-schedule.js';
import { AuditTotals } from './audit-totals.js';
import { AUDITS, Audits } from './audits.js';
import { Causes } from './causes.js';
import { LOGGED_ROWS, type LoggedRows } from './logged-rows.js';
import { Replay } from './replay.js';

/** Audits of what was served, asked for and by the clock. The log of the rows is chosen by the composition root. */
@Module({
  imports: [OnlineModule, OfflineModule],
  controllers: [AuditController],
  providers: [
    AuditTotals,
    {
      provide: Replay,
      inject: [RETRIEVAL, FRAME_FILES, CATALOG_HOLDER],
      useFactory: (retrieval: Retrieval, frames: FrameFiles, catalogs: CatalogHolder) =>
        new Replay({ retrieval, frames, catalogs }),
    },
    {
      provide: Causes,
      inject: [HISTORY, LOGGED_ROWS],
      useFactory: (history: History, log: LoggedRows) => new Causes({ history, log }),
    },
    {
      provide: AUDITS,
      inject: [Jobs, ANSWER_LOG, Replay, Causes, CLOCK, AuditTotals],
      useFactory: createAudits,
    },
    {
      provide: AuditSchedule,
      inject: [ANSWER_LOG, AUDITS, CLOCK, CONFIG],
      useFactory: createSchedule,
    },
  ],
})
export class AuditModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(AuditSchedule) private readonly schedule: AuditSchedule,
    @Inject(AuditTotals) private readonly totals: AuditTotals,
    @Inject(ANSWER_LOG) private readonly answers: AnswerLog,
    @Inject(HealthFigures) private readonly health: HealthFigures,
  ) {}

  onApplicationBootstrap(): void {
    this.health.add('answers', () => this.answers.totals());
    this.health.add('audits', () => this.totals.all());
    this.schedule.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.schedule.stop();
  }
}

function createAudits(
  ...[jobs, answers, replay, causes, clock, totals]: [Jobs, AnswerLog, Replay, Causes, Clock, AuditTotals]
): Audits {
  return new Audits({ jobs, answers, replay, causes, clock, totals });
}

function createSchedule(
  answers: AnswerLog,
  audits: Audits,
  clock: Clock,
  { dataDir, auditEveryUs }: Configuration,
): AuditSchedule {
  const logger = new Logger('audits');
  return new AuditSchedule({
    answers,
    audits,
    clock,
    everyUs: auditEveryUs,
    file: join(dataDir, 'answers', 'audited.json'),
    onDefect: (cause) => logger.error({ err: cause }, 'the schedule of audits failed'),
  });
}
