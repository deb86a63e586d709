import { Module } from '@nestjs/common';
import { FRAME_FILES, type FrameFiles } from '../../offline/frame-files.js';
import { HISTORY, type History } from '../../offline/history.js';
import { OfflineModule } from '../../offline/offline.module.js';
import { RETRIEVAL, type Retrieval } from '../../offline/retrieval.js';
import { CONFIG, type Configuration } from '../../platform/configuration.js';
import { temporaryDir } from '../../platform/data-dir.js';
import { ExplainController } from './explain.controller.js';
import { Explain } from './explain.js';

/** What values are made of. */
@Module({
  imports: [OfflineModule],
  controllers: [ExplainController],
  providers: [
    {
      provide: Explain,
      inject: [RETRIEVAL, HISTORY, FRAME_FILES, CONFIG],
      useFactory: (retrieval: Retrieval, history: History, frames: FrameFiles, { dataDir }: Configuration) =>
        new Explain({ retrieval, history, frames, temporaryDir: temporaryDir(dataDir) }),
    },
  ],
})
export class ExplainModule {}
