import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { FILE_READER, type FileReader } from '../offline/file-reader.js';
import { HISTORY, type History } from '../offline/history.js';
import { OfflineModule } from '../offline/offline.module.js';
import { ONLINE_STORE, type OnlineStore } from '../online/store.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { Jobs } from '../platform/jobs.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { DataRoots } from './data-roots.js';
import { IngestController } from './ingest.controller.js';
import { LOAD, Load, type LoadParts } from './load.js';
import { SOURCE_LOG, type SourceLog } from './log.js';
import { PIPELINES, Pipelines } from './pipelines.js';
import { PUSH, Push } from './push.js';

/** Rows in. The log is chosen by the composition root. */
@Module({
  imports: [OfflineModule],
  controllers: [IngestController],
  providers: [
    {
      provide: PIPELINES,
      inject: [SOURCE_LOG, ONLINE_STORE, HISTORY, CATALOG_HOLDER],
      useFactory: (log: SourceLog, online: OnlineStore, history: History, catalogs: CatalogHolder) =>
        new Pipelines({ log, online, history }, catalogs),
    },
    {
      provide: PUSH,
      inject: [PIPELINES, CLOCK, CONFIG],
      useFactory: (pipelines: Pipelines, clock: Clock, { maxSkewUs }: Configuration) =>
        new Push({ pipelines, clock, maxSkewUs }),
    },
    {
      provide: LOAD,
      inject: [PIPELINES, CLOCK, CONFIG, SOURCE_LOG, FILE_READER, Jobs],
      useFactory: (...parts: LoadDependencies) => new Load(loadParts(...parts)),
    },
  ],
})
export class IngestModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PIPELINES) private readonly pipelines: Pipelines,
    @Inject(FILE_READER) private readonly files: FileReader,
  ) {}

  /** Online state and history are brought up to the log before the first request. */
  onApplicationBootstrap(): Promise<void> {
    return this.pipelines.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pipelines.close();
    await this.files.close();
  }
}

type LoadDependencies = readonly [
  pipelines: Pipelines,
  clock: Clock,
  configuration: Configuration,
  log: SourceLog,
  files: FileReader,
  jobs: Jobs,
];

function loadParts(...[pipelines, clock, configuration, log, files, jobs]: LoadDependencies): LoadParts {
  const { dataRoots, maxSkewUs } = configuration;
  return { pipelines, clock, maxSkewUs, log, files, jobs, roots: new DataRoots(dataRoots) };
}
