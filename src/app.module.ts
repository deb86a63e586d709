import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from './platform/clock.js';
import type { Configuration } from './platform/configuration.js';
import { PlatformModule } from './platform/platform.module.js';
import { pgliteConnection } from './registry/adapter/pglite.js';
import { seedRegistry } from './registry/adapter/pglite-template.js';
import { postgresConnection } from './registry/adapter/postgres.js';
import type { DatabaseConnection } from './registry/database.js';
import { RegistryModule } from './registry/registry.module.js';

/** What the service is made of: the one place that names adapters. */
@Module({})
export class AppModule {
  static register(configuration: Configuration, clock: Clock): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.register(configuration, clock),
        RegistryModule.register(() => registryConnection(configuration)),
      ],
    };
  }
}

async function registryConnection({ databaseUrl, dataDir }: Configuration): Promise<DatabaseConnection> {
  if (databaseUrl !== null) return postgresConnection(databaseUrl);
  const dir = join(dataDir, 'registry');
  await seedRegistry(dir);
  return pgliteConnection(dir);
}
