import { Inject, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { formatTimestamp } from '../definition/time.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { temporaryDir } from '../platform/data-dir.js';
import { Jobs } from '../platform/jobs.js';
import { Activations } from '../registry/activations.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { FILE_READER, type FileReader } from './file-reader.js';
import { FRAME_READER, FrameReader } from './frame.js';
import { FRAME_FILES, FrameFiles } from './frame-files.js';
import { HISTORY, History } from './history.js';
import { HistoryFrames } from './history-frame.js';
import { HistoryUpkeep, type UpkeepParts } from './history-upkeep.js';
import { OfflineController } from './offline.controller.js';
import { PARQUET_FILES, type ParquetFiles } from './parquet-files.js';
import { RETRIEVAL, Retrieval } from './retrieval.js';
import { RetrievalAnswers } from './retrieval-answer.js';
import { RetrievalJobs } from './retrieval-jobs.js';
import { StatisticsController } from './statistics.controller.js';
import { Statistics } from './statistics.js';
import { OFFLINE_STORE, type OfflineStore } from './store.js';

/** History. The store and the file reader are chosen by the composition root. */
@Module({
  controllers: [OfflineController, StatisticsController],
  providers: [
    { provide: HISTORY, inject: [OFFLINE_STORE], useFactory: (store: OfflineStore) => new History(store) },
    {
      provide: RETRIEVAL,
      inject: [HISTORY, CLOCK, Activations, CONFIG],
      useFactory: (history: History, clock: Clock, activations: Activations, { maxSkewUs }: Configuration) =>
        new Retrieval({ history, clock, activations, maxSkewUs }),
    },
    {
      provide: RetrievalAnswers,
      inject: [RETRIEVAL, CONFIG],
      useFactory: (retrieval: Retrieval, { dataDir }: Configuration) =>
        new RetrievalAnswers(retrieval, temporaryDir(dataDir)),
    },
    {
      provide: RetrievalJobs,
      inject: [Jobs, RETRIEVAL, CATALOG_HOLDER],
      useFactory: (jobs: Jobs, retrieval: Retrieval, catalogs: CatalogHolder) =>
        new RetrievalJobs(jobs, retrieval, catalogs),
    },
    {
      provide: HistoryFrames,
      inject: [CLOCK, CONFIG],
      useFactory: (clock: Clock, { dataDir }: Configuration) =>
        new HistoryFrames(clock, temporaryDir(dataDir)),
    },
    {
      provide: Statistics,
      inject: [HISTORY, CLOCK],
      useFactory: (history: History, clock: Clock) => new Statistics(history, clock),
    },
    {
      provide: HistoryUpkeep,
      inject: [OFFLINE_STORE, CATALOG_HOLDER, CLOCK],
      useFactory: (store: OfflineStore, catalogs: CatalogHolder, clock: Clock) =>
        new HistoryUpkeep({ store, catalogs, clock, ...upkeepLog() }),
    },
    {
      provide: FRAME_READER,
      inject: [FILE_READER],
      useFactory: (files: FileReader) => new FrameReader(files),
    },
    {
      provide: FRAME_FILES,
      inject: [FILE_READER, PARQUET_FILES],
      useFactory: (files: FileReader, parquet: ParquetFiles) => new FrameFiles(files, parquet),
    },
  ],
  exports: [HISTORY, RETRIEVAL, FRAME_READER, FRAME_FILES],
})
export class OfflineModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(@Inject(HistoryUpkeep) private readonly upkeep: HistoryUpkeep) {}

  onApplicationBootstrap(): void {
    this.upkeep.start();
  }

  onModuleDestroy(): void {
    this.upkeep.stop();
  }
}

function upkeepLog(): Pick<UpkeepParts, 'onCompacted' | 'onRetained' | 'onDefect'> {
  const logger = new Logger('history');
  return {
    onCompacted: ({ project, source }, { rowsRead, rowsKept, seconds, cpuSeconds }) =>
      logger.log(
        `compacted ${rowsRead} rows of ${project}/${source.name} to ${rowsKept} in ${seconds.toFixed(2)} s (at most ${cpuSeconds.toFixed(2)} CPU s)`,
      ),
    onRetained: ({ project, source }, { rowsRemoved, horizonUs }) =>
      logger.log(
        `removed ${rowsRemoved} rows of ${project}/${source.name} from before ${formatTimestamp(horizonUs)}`,
      ),
    onDefect: (cause, { project, source }) =>
      logger.error({ err: cause }, `upkeep of ${project}/${source.name} failed`),
  };
}
