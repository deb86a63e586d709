import { join } from 'node:path';
import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { ModelVersions } from '../registry/records.js';
import { BackendController } from './backend.controller.js';
import { ModelBundles } from './bundle.js';
import { LatestVersions } from './latest-versions.js';
import { LoadedModels } from './loaded-models.js';
import { MODEL_RUNTIME, type ModelRuntime } from './runtime.js';

/** Model versions as files and in memory. The runtime is chosen by the composition root. */
@Module({
  controllers: [BackendController],
  providers: [
    {
      provide: ModelBundles,
      inject: [CONFIG],
      useFactory: ({ filesDir }: Configuration) => new ModelBundles(join(filesDir, 'models')),
    },
    {
      provide: LoadedModels,
      inject: [ModelBundles, MODEL_RUNTIME, ModelVersions],
      useFactory: (bundles: ModelBundles, runtime: ModelRuntime, versions: ModelVersions) =>
        new LoadedModels(bundles, runtime, ({ project, model, version }) =>
          versions.get(project, model, version),
        ),
    },
    {
      provide: LatestVersions,
      inject: [ModelVersions],
      useFactory: (versions: ModelVersions) =>
        new LatestVersions(async (project, model) => (await versions.get(project, model)).version),
    },
  ],
  exports: [ModelBundles, LoadedModels, LatestVersions],
})
export class ModelModule implements OnModuleDestroy {
  constructor(@Inject(LoadedModels) private readonly models: LoadedModels) {}

  onModuleDestroy(): void {
    this.models.close();
  }
}
