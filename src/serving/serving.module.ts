import { Module } from '@nestjs/common';
import { LatestVersions } from '../model/latest-versions.js';
import { LoadedModels } from '../model/loaded-models.js';
import { ModelModule } from '../model/model.module.js';
import { FRAME_FILES, type FrameFiles } from '../offline/frame-files.js';
import { OfflineModule } from '../offline/offline.module.js';
import { RETRIEVAL, type Retrieval } from '../offline/retrieval.js';
import { ANSWER_LOG, type AnswerLog } from '../online/answer-log.js';
import { LOOKUP, type Lookup } from '../online/lookup.js';
import { OnlineModule } from '../online/online.module.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { Jobs } from '../platform/jobs.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { ModelVersions } from '../registry/records.js';
import { BatchPredictionController } from './batch-prediction.controller.js';
import { BatchPredictions } from './batch-predictions.js';
import { OpenInferenceController } from './open-inference.controller.js';
import { Predict } from './predict.js';
import { ROW_DOOR, type RowDoor } from './row-door.js';

const BATCH_PARTS = [
  Jobs,
  CATALOG_HOLDER,
  LatestVersions,
  LoadedModels,
  RETRIEVAL,
  FRAME_FILES,
  ROW_DOOR,
  CLOCK,
] as const;

/** Predictions. The door by which they become rows is chosen by the composition root. */
@Module({
  imports: [OnlineModule, OfflineModule, ModelModule],
  controllers: [OpenInferenceController, BatchPredictionController],
  providers: [
    {
      provide: Predict,
      inject: [CATALOG_HOLDER, ModelVersions, LatestVersions, LoadedModels, LOOKUP, ANSWER_LOG],
      useFactory: createPredict,
    },
    { provide: BatchPredictions, inject: [...BATCH_PARTS], useFactory: createBatchPredictions },
  ],
})
export class ServingModule {}

function createPredict(
  ...[catalog, versions, latest, models, lookup, answers]: [
    CatalogHolder,
    ModelVersions,
    LatestVersions,
    LoadedModels,
    Lookup,
    AnswerLog,
  ]
): Predict {
  return new Predict({ catalog, versions, latest, models, lookup, answers });
}

function createBatchPredictions(
  ...[jobs, catalogs, latest, models, retrieval, frames, door, clock]: [
    Jobs,
    CatalogHolder,
    LatestVersions,
    LoadedModels,
    Retrieval,
    FrameFiles,
    RowDoor,
    Clock,
  ]
): BatchPredictions {
  return new BatchPredictions({ jobs, catalogs, latest, models, retrieval, frames, door, clock });
}
