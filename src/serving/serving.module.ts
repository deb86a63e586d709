import { Module } from '@nestjs/common';
import { LatestVersions } from '../model/latest-versions.js';
import { LoadedModels } from '../model/loaded-models.js';
import { ModelModule } from '../model/model.module.js';
import { LOOKUP, type Lookup } from '../online/lookup.js';
import { OnlineModule } from '../online/online.module.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { ModelVersions } from '../registry/records.js';
import { OpenInferenceController } from './open-inference.controller.js';
import { Predict } from './predict.js';

/** Predictions. */
@Module({
  imports: [OnlineModule, ModelModule],
  controllers: [OpenInferenceController],
  providers: [
    {
      provide: Predict,
      inject: [CATALOG_HOLDER, ModelVersions, LatestVersions, LoadedModels, LOOKUP],
      useFactory: createPredict,
    },
  ],
})
export class ServingModule {}

function createPredict(
  ...[catalog, versions, latest, models, lookup]: [
    CatalogHolder,
    ModelVersions,
    LatestVersions,
    LoadedModels,
    Lookup,
  ]
): Predict {
  return new Predict({ catalog, versions, latest, models, lookup });
}
