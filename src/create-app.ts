import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { type Clock, SystemClock } from './platform/clock.js';
import type { Configuration } from './platform/configuration.js';
import { openDataDir } from './platform/data-dir.js';
import { createHttpApplication, type HttpApplication } from './platform/http.js';
import { serveOpenApi } from './platform/open-api.js';
import { REGISTRY_COMPONENTS } from './registry/open-api-components.js';

/** The whole service over HTTP, initialised but not yet listening: `listen` it, or `inject` requests; `close` it. */
export async function createApp(
  configuration: Configuration,
  clock: Clock = new SystemClock(),
): Promise<HttpApplication> {
  // Before any engine opens its files there.
  const dataDir = openDataDir(configuration.dataDir);
  const root = AppModule.register({ configuration, clock, dataDir });
  try {
    return await createHttpApplication(root, configuration, (app) => serveOpenApi(app, REGISTRY_COMPONENTS));
  } catch (error) {
    dataDir.release();
    throw error;
  }
}
