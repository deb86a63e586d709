import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { type Clock, SystemClock } from './platform/clock.js';
import type { Configuration } from './platform/configuration.js';
import { createHttpApplication, type HttpApplication } from './platform/http.js';
import { serveOpenApi } from './platform/open-api.js';
import { REGISTRY_COMPONENTS } from './registry/document-view.js';

/** The whole service over HTTP, initialised but not yet listening: `listen` it, or `inject` requests; `close` it. */
export async function createApp(
  configuration: Configuration,
  clock: Clock = new SystemClock(),
): Promise<HttpApplication> {
  return createHttpApplication(AppModule.register(configuration, clock), configuration, (app) =>
    serveOpenApi(app, REGISTRY_COMPONENTS),
  );
}
