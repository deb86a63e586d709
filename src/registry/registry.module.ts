import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { JOB_QUEUE } from '../platform/job-queue.js';
import { Activations } from './activations.js';
import { ApplyController } from './apply.controller.js';
import { CATALOG_HOLDER, Catalog, CatalogHolder } from './catalog.js';
import { type DatabaseConnection, databaseOptions, openDatabase } from './database.js';
import { DEFINITION_CONTROLLERS } from './definitions.controller.js';
import { Documents } from './documents.js';
import { JobStore } from './job-store.js';
import { PlanApply } from './plan-apply.js';
import { Publishing } from './publishing.js';
import { ModelVersions, TrainingSets } from './records.js';
import { SourceRows } from './source-rows.js';

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
      controllers: [ApplyController, ...DEFINITION_CONTROLLERS],
      providers: [
        {
          provide: Documents,
          inject: [DataSource],
          useFactory: (database: DataSource) => new Documents(database),
        },
        { provide: CATALOG_HOLDER, inject: [Documents], useFactory: loadCatalog },
        {
          provide: PlanApply,
          inject: [Publishing, SourceRows],
          useFactory: (publishing: Publishing, rows: SourceRows) => new PlanApply(publishing, rows),
        },
        {
          provide: Publishing,
          inject: [Documents, CATALOG_HOLDER],
          useFactory: (documents: Documents, catalogs: CatalogHolder) => new Publishing(documents, catalogs),
        },
        { provide: SourceRows, useFactory: () => new SourceRows() },
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
          provide: JOB_QUEUE,
          inject: [DataSource],
          useFactory: (database: DataSource) => new JobStore(database),
        },
      ],
      exports: [CATALOG_HOLDER, PlanApply, TrainingSets, ModelVersions, Activations, JOB_QUEUE],
    };
  }
}

async function loadCatalog(documents: Documents): Promise<CatalogHolder> {
  return new CatalogHolder(Catalog.of(await documents.all()));
}
