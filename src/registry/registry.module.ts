import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { JOB_QUEUE } from '../platform/job-queue.js';
import { Activations } from './activations.js';
import { ApplyController } from './apply.controller.js';
import { CATALOG_HOLDER, Catalog, CatalogHolder } from './catalog.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from './database.js';
import { DEFINITION_CONTROLLERS } from './definitions.controller.js';
import { DeleteVersions } from './delete-versions.js';
import { Documents } from './documents.js';
import { JobStore } from './job-store.js';
import { PlanApply } from './plan-apply.js';
import { Publishing } from './publishing.js';
import { QuarantinedRows } from './quarantined-rows.js';
import { ModelVersions, TrainingSets } from './records.js';
import { SourceRows } from './source-rows.js';
import { VersionList } from './version-list.js';
import { VersionStates } from './version-states.js';
import { VERSION_CONTROLLERS } from './versions.controller.js';

/** Definitions and records, and the catalog that every other room reads. Global. */
@Module({})
export class RegistryModule {
  static register(connect: () => Promise<DatabaseConnection>): DynamicModule {
    return {
      module: RegistryModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: async () => ({ ...databaseOptions(await connect()), retryAttempts: 0 }),
          dataSourceFactory: (options) => openDatabase(options as DataSourceOptions),
        }),
      ],
      controllers: [ApplyController, ...DEFINITION_CONTROLLERS, ...VERSION_CONTROLLERS],
      providers: [...DEFINITIONS, ...RECORDS],
      exports: [
        CATALOG_HOLDER,
        PlanApply,
        TrainingSets,
        ModelVersions,
        Activations,
        SourceRows,
        QuarantinedRows,
        JOB_QUEUE,
      ],
    };
  }
}

/** Definitions, their versions and what changes them. */
const DEFINITIONS: readonly Provider[] = [
  { provide: CATALOG_HOLDER, inject: [Documents], useFactory: loadCatalog },
  { provide: SourceRows, useFactory: () => new SourceRows() },
  {
    provide: Publishing,
    inject: [Documents, CATALOG_HOLDER],
    useFactory: (documents: Documents, catalogs: CatalogHolder) => new Publishing(documents, catalogs),
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
    provide: QuarantinedRows,
    inject: [DataSource],
    useFactory: (database: DataSource) => new QuarantinedRows(database),
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
