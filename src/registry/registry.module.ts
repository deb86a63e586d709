import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { JOB_QUEUE } from '../platform/job-queue.js';
import type { StartPatience } from '../platform/start-patience.js';
import { Activations } from './activations.js';
import { ApplyController } from './apply.controller.js';
import { CATALOG_HOLDER, Catalog, CatalogHolder } from './catalog.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from './database.js';
import { DEFINITION_CONTROLLERS } from './definitions.controller.js';
import { DeleteVersions } from './delete-versions.js';
import { Documents } from './documents.js';
import { HeldRows } from './held-rows.js';
import { JobStore } from './job-store.js';
import { Leases } from './leases.js';
import { PlanApply } from './plan-apply.js';
import { type ChangeSignals, Publishing } from './publishing.js';
import { QuarantinedRows } from './quarantined-rows.js';
import { ModelVersions, TrainingSets } from './records.js';
import { SourceRows } from './source-rows.js';
import { VersionList } from './version-list.js';
import { VersionStates } from './version-states.js';
import { VERSION_CONTROLLERS } from './versions.controller.js';

const SIGNALS = Symbol('SIGNALS');

type RegistryParts = {
  readonly connect: () => Promise<DatabaseConnection>;
  /** What tells of changes of other processes; null where there can be none. */
  readonly signals: ChangeSignals | null;
  readonly patience: StartPatience;
};

/** Definitions and records, and the catalog that every other room reads. Global. */
@Module({})
export class RegistryModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    @Inject(Publishing) private readonly publishing: Publishing,
    @Inject(SIGNALS) private readonly signals: ChangeSignals | null,
  ) {}

  static register({ connect, signals, patience }: RegistryParts): DynamicModule {
    return {
      module: RegistryModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => ({ ...databaseOptions(await connect()), retryAttempts: 0 }),
          dataSourceFactory: (options) => patience.until(() => openDatabase(options as DataSourceOptions)),
        }),
      ],
      controllers: [ApplyController, ...DEFINITION_CONTROLLERS, ...VERSION_CONTROLLERS],
      providers: [{ provide: SIGNALS, useValue: signals }, ...DEFINITIONS, ...RECORDS],
      exports: [
        CATALOG_HOLDER,
        PlanApply,
        Publishing,
        TrainingSets,
        ModelVersions,
        Activations,
        Leases,
        SourceRows,
        QuarantinedRows,
        HeldRows,
        JOB_QUEUE,
      ],
    };
  }

  onApplicationBootstrap(): void {
    const logger = new Logger('registry');
    const onDefect = (cause: unknown): void =>
      logger.error({ err: cause }, 'hearing of changes of other processes failed');
    if (this.signals !== null) this.publishing.follow(this.signals, onDefect);
  }

  async onModuleDestroy(): Promise<void> {
    await this.publishing.stop();
  }
}

const CATALOG_PLACE = Symbol('CATALOG_PLACE');

/** Definitions, their versions and what changes them. */
const DEFINITIONS: readonly Provider[] = [
  // Before the catalog is read: what is changed in between is heard of again.
  {
    provide: CATALOG_PLACE,
    inject: [Documents],
    useFactory: (documents: Documents) => documents.lastChange(),
  },
  { provide: CATALOG_HOLDER, inject: [Documents, CATALOG_PLACE], useFactory: loadCatalog },
  { provide: SourceRows, useFactory: () => new SourceRows() },
  {
    provide: Publishing,
    inject: [Documents, CATALOG_HOLDER, CATALOG_PLACE],
    useFactory: (documents: Documents, catalogs: CatalogHolder, place: number) =>
      new Publishing(documents, catalogs, place),
  },
  {
    provide: PlanApply,
    inject: [Publishing, SourceRows],
    useFactory: (publishing: Publishing, rows: SourceRows) => new PlanApply(publishing, rows),
  },
  {
    provide: VersionStates,
    inject: [Publishing],
    useFactory: (publishing: Publishing) => new VersionStates(publishing),
  },
  {
    provide: DeleteVersions,
    inject: [Publishing, SourceRows],
    useFactory: (publishing: Publishing, rows: SourceRows) => new DeleteVersions(publishing, rows),
  },
  {
    provide: VersionList,
    inject: [CATALOG_HOLDER, Activations, DataSource],
    useFactory: (...parts: ConstructorParameters<typeof VersionList>) => new VersionList(...parts),
  },
];

/** What is kept in tables of its own. */
const RECORDS: readonly Provider[] = [
  {
    provide: Documents,
    inject: [DataSource],
    useFactory: (database: DataSource) => new Documents(database),
  },
  {
    provide: TrainingSets,
    inject: [DataSource],
    useFactory: (database: DataSource) => new TrainingSets(database),
  },
  {
    provide: ModelVersions,
    inject: [DataSource],
    useFactory: (database: DataSource) => new ModelVersions(database),
  },
  {
    provide: Activations,
    inject: [DataSource],
    useFactory: (database: DataSource) => new Activations(database),
  },
  {
    provide: Leases,
    inject: [DataSource, CONFIG],
    useFactory: (database: DataSource, { processes }: Configuration) =>
      new Leases(database, processes.leaseMs),
  },
  {
    provide: QuarantinedRows,
    inject: [DataSource],
    useFactory: (database: DataSource) => new QuarantinedRows(database),
  },
  {
    provide: HeldRows,
    inject: [DataSource],
    useFactory: (database: DataSource) => new HeldRows(database),
  },
  {
    provide: JOB_QUEUE,
    inject: [DataSource],
    useFactory: (database: DataSource) => new JobStore(database),
  },
];

async function loadCatalog(documents: Documents): Promise<CatalogHolder> {
  return new CatalogHolder(Catalog.of(await documents.all()));
}
