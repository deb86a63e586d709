import { join } from 'node:path';
import {
  type DynamicModule,
  Global,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { changeSignals, onlineStoreSoon, registryConnection, sourceLog } from './engines.js';
import { KafkaTopics } from './ingest/adapter/kafka-topics.js';
import { LmdbIdentities } from './ingest/adapter/lmdb-identities.js';
import { IDENTITIES } from './ingest/identities.js';
import { IngestModule } from './ingest/ingest.module.js';
import { SOURCE_LOG } from './ingest/log.js';
import { LOGGED_KEY_ROWS } from './ingest/logged-key-rows.js';
import { OWNERSHIP, type Ownership } from './ingest/ownership.js';
import { PUSH } from './ingest/push.js';
import { STREAM_TOPICS } from './ingest/stream-topic.js';
import { ModelRuntimes } from './model/adapter/model-runtimes.js';
import { OnnxRuntime } from './model/adapter/onnx.js';
import { TfjsRuntime } from './model/adapter/tfjs.js';
import { OnnxFiles } from './model/onnx-files.js';
import { MODEL_RUNTIME } from './model/runtime.js';
import { DuckdbOfflineStore } from './offline/adapter/duckdb.js';
import { DuckdbFiles } from './offline/adapter/duckdb-files.js';
import { DuckdbParquet } from './offline/adapter/duckdb-parquet.js';
import { FILE_READER } from './offline/file-reader.js';
import { OfflineModule } from './offline/offline.module.js';
import { PARQUET_FILES } from './offline/parquet-files.js';
import { OFFLINE_STORE } from './offline/store.js';
import { OnlineModule } from './online/online.module.js';
import { ONLINE_STORE } from './online/store.js';
import { CONFIG, type Configuration } from './platform/configuration.js';
import { Jobs } from './platform/jobs.js';
import { type Platform, PlatformModule } from './platform/platform.module.js';
import { Publishing } from './registry/publishing.js';
import { RegistryModule } from './registry/registry.module.js';
import { AuditModule } from './serving/audit/audit.module.js';
import { LOGGED_ROWS } from './serving/audit/logged-rows.js';
import { ExplainModule } from './serving/explain/explain.module.js';
import { FeastModule } from './serving/feast/feast.module.js';
import { ROW_DOOR } from './serving/row-door.js';
import { ServingModule } from './serving/serving.module.js';
import { WorkerTrainer } from './training/adapter/worker-trainer.js';
import { TRAINER } from './training/trainer.js';
import { TrainingModule } from './training/training.module.js';

/** What the service is made of: with `engines.ts` the one place that names adapters. */
@Module({})
export class AppModule implements OnApplicationBootstrap {
  constructor(
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(CONFIG) private readonly configuration: Configuration,
    @Inject(OWNERSHIP) private readonly ownership: Ownership,
    @Inject(Publishing) private readonly publishing: Publishing,
  ) {}

  static register(platform: Platform): DynamicModule {
    const { configuration, patience } = platform;
    return {
      module: AppModule,
      imports: [
        PlatformModule.register(platform),
        RegistryModule.register({
          connect: () => registryConnection(configuration),
          signals: changeSignals(configuration),
          patience,
        }),
        EnginesModule.register(configuration),
        OnlineModule,
        OfflineModule,
        IngestModule,
        DoorsModule,
        TrainingModule,
        ServingModule,
        FeastModule,
        AuditModule,
        ExplainModule,
      ],
    };
  }

  /** Last of all modules: jobs run on what the others have brought up. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.ownership.isShared) await this.publishing.together(this.ownership);
    if (this.configuration.processes.role !== 'lookup') await this.jobs.open();
  }
}

/** What rows in gives to the rooms that make rows, and to those that ask how they came. Global, as the engines are. */
@Global()
@Module({
  imports: [IngestModule],
  providers: [
    { provide: ROW_DOOR, useExisting: PUSH },
    { provide: LOGGED_ROWS, useExisting: LOGGED_KEY_ROWS },
  ],
  exports: [ROW_DOOR, LOGGED_ROWS],
})
class DoorsModule {}

/** The engines behind the ports, embedded ones in the data folder or what the configuration names. Global, so that every room finds its port. */
@Module({})
class EnginesModule {
  static register(configuration: Configuration): DynamicModule {
    const { dataDir, filesDir, duckdb, tfBackend } = configuration;
    const onnxFolder = join(filesDir, 'onnx');
    const onnxFiles = new OnnxFiles(onnxFolder);
    const engines: readonly (readonly [symbol, () => unknown])[] = [
      [ONLINE_STORE, () => onlineStoreSoon(configuration, { onlineNotWritten, onlineNotReached })],
      [OFFLINE_STORE, () => DuckdbOfflineStore.open(join(dataDir, 'history.duckdb'), duckdb)],
      [FILE_READER, () => DuckdbFiles.open(duckdb)],
      [PARQUET_FILES, () => new DuckdbParquet(duckdb)],
      [SOURCE_LOG, () => sourceLog(configuration)],
      [STREAM_TOPICS, () => new KafkaTopics(configuration.stream)],
      [IDENTITIES, () => LmdbIdentities.open(join(dataDir, 'identities'))],
      [MODEL_RUNTIME, () => new ModelRuntimes(new TfjsRuntime(tfBackend), new OnnxRuntime(onnxFiles))],
      [TRAINER, () => new WorkerTrainer(onnxFolder, tfBackend)],
    ];
    return {
      module: EnginesModule,
      global: true,
      providers: engines.map(([provide, useFactory]) => ({ provide, useFactory })),
      exports: engines.map(([token]) => token),
    };
  }
}

function onlineNotWritten(cause: unknown): void {
  new Logger('online').error({ err: cause }, 'online state was not written to the disk; it stays in memory');
}

function onlineNotReached(cause: unknown): void {
  new Logger('online').error({ err: cause }, 'online state cannot be reached yet');
}
