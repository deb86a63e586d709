import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { ModelBundles } from '../model/bundle.js';
import { LatestVersions } from '../model/latest-versions.js';
import { LoadedModels } from '../model/loaded-models.js';
import { ModelModule } from '../model/model.module.js';
import { OnnxFiles } from '../model/onnx-files.js';
import { MODEL_RUNTIME, type ModelRuntime } from '../model/runtime.js';
import { FRAME_READER, type FrameReader } from '../offline/frame.js';
import { FRAME_FILES, type FrameFiles } from '../offline/frame-files.js';
import { OfflineModule } from '../offline/offline.module.js';
import { PARQUET_FILES, type ParquetFiles } from '../offline/parquet-files.js';
import { RETRIEVAL, type Retrieval } from '../offline/retrieval.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { Jobs } from '../platform/jobs.js';
import { surroundingsOfProcess } from '../platform/surroundings.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { ModelVersions, TrainingSets } from '../registry/records.js';
import { ExportsController } from './exports.controller.js';
import { Exports } from './exports.js';
import { ImportOnnx } from './import-onnx.js';
import { OnnxController } from './onnx.controller.js';
import { ReproduceController } from './reproduce.controller.js';
import { Reproduce } from './reproduce.js';
import { RetrieveAgain } from './retrieve-again.js';
import { Train } from './train.js';
import { TrainedModelsController } from './trained-models.controller.js';
import { TRAINER, type Trainer } from './trainer.js';
import { TrainingSetsController } from './training-sets.controller.js';
import { TrainingSetStore } from './training-sets.js';
import { TransformsController } from './transforms.controller.js';
import { Transforms } from './transforms.js';
import { Vectors } from './vectors.js';

const TRAIN_PARTS = [
  CATALOG_HOLDER,
  Jobs,
  TrainingSetStore,
  FRAME_READER,
  TRAINER,
  ModelBundles,
  ModelVersions,
  LatestVersions,
  LoadedModels,
  CLOCK,
] as const;

const REPRODUCE_PARTS = [
  CATALOG_HOLDER,
  Jobs,
  TrainingSetStore,
  FRAME_READER,
  TRAINER,
  ModelBundles,
  LoadedModels,
  ModelVersions,
  RetrieveAgain,
] as const;

/** Training sets and model training. The trainer is chosen by the composition root. */
@Module({
  imports: [OfflineModule, ModelModule],
  controllers: [
    TrainingSetsController,
    TrainedModelsController,
    TransformsController,
    ReproduceController,
    ExportsController,
    OnnxController,
  ],
  providers: [
    {
      provide: TrainingSetStore,
      inject: [RETRIEVAL, TrainingSets, CONFIG],
      useFactory: (retrieval: Retrieval, records: TrainingSets, { filesDir }: Configuration) =>
        new TrainingSetStore(retrieval, records, join(filesDir, 'training-sets')),
    },
    {
      provide: ImportOnnx,
      inject: [CONFIG, MODEL_RUNTIME],
      useFactory: ({ filesDir }: Configuration, runtime: ModelRuntime) =>
        new ImportOnnx(new OnnxFiles(join(filesDir, 'onnx')), runtime),
    },
    {
      provide: Exports,
      inject: [CATALOG_HOLDER, ModelVersions, ModelBundles],
      useFactory: (catalog: CatalogHolder, versions: ModelVersions, bundles: ModelBundles) =>
        new Exports(catalog, versions, bundles),
    },
    { provide: Train, inject: [...TRAIN_PARTS], useFactory: createTrain },
    {
      provide: RetrieveAgain,
      inject: [CATALOG_HOLDER, RETRIEVAL, TrainingSetStore, PARQUET_FILES],
      useFactory: (
        ...[catalog, retrieval, trainingSets, parquet]: [
          CatalogHolder,
          Retrieval,
          TrainingSetStore,
          ParquetFiles,
        ]
      ) => new RetrieveAgain({ catalog, retrieval, trainingSets, parquet }),
    },
    { provide: Reproduce, inject: [...REPRODUCE_PARTS], useFactory: createReproduce },
    {
      provide: Vectors,
      inject: [LoadedModels],
      useFactory: (models: LoadedModels) => new Vectors(models),
    },
    {
      provide: Transforms,
      inject: [ModelVersions, LoadedModels, FRAME_FILES],
      useFactory: (versions: ModelVersions, models: LoadedModels, frames: FrameFiles) =>
        new Transforms({ versions, models, frames }),
    },
  ],
})
export class TrainingModule {}

function createTrain(
  ...[catalog, jobs, trainingSets, frames, trainer, bundles, versions, latest, models, clock]: [
    CatalogHolder,
    Jobs,
    TrainingSetStore,
    FrameReader,
    Trainer,
    ModelBundles,
    ModelVersions,
    LatestVersions,
    LoadedModels,
    Clock,
  ]
): Train {
  const surroundings = surroundingsOfProcess();
  return new Train({
    catalog,
    jobs,
    trainingSets,
    frames,
    trainer,
    bundles,
    versions,
    latest,
    models,
    clock,
    surroundings,
  });
}

function createReproduce(
  ...[catalog, jobs, trainingSets, frames, trainer, bundles, models, versions, retrieveAgain]: [
    CatalogHolder,
    Jobs,
    TrainingSetStore,
    FrameReader,
    Trainer,
    ModelBundles,
    LoadedModels,
    ModelVersions,
    RetrieveAgain,
  ]
): Reproduce {
  const surroundings = surroundingsOfProcess();
  return new Reproduce({
    catalog,
    jobs,
    trainingSets,
    frames,
    trainer,
    bundles,
    models,
    versions,
    retrieveAgain,
    surroundings,
  });
}
