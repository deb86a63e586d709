import { join } from 'node:path';
import { Inject, Module, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { ModelBundles } from './bundle.js';
import { LoadedModels } from './loaded-models.js';
import { MODEL_RUNTIME, type ModelRuntime } from './runtime.js';

/** Model versions as files and in memory. The runtime is chosen by the composition root. */
@Module({
  providers: [
    {
      provide: ModelBundles,
      inject: [CONFIG],
      useFactory: ({ dataDir }: Configuration) => new ModelBundles(join(dataDir, 'models')),
    },
    {
      provide: LoadedModels,
      inject: [ModelBundles, MODEL_RUNTIME],
      useFactory: (bundles: ModelBundles, runtime: ModelRuntime) => new LoadedModels(bundles, runtime),
    },
  ],
  exports: [ModelBundles, LoadedModels],
})
export class ModelModule implements OnModuleDestroy {
  constructor(@Inject(LoadedModels) private readonly models: LoadedModels) {}

  onModuleDestroy(): void {
    this.models.close();
  }
}
