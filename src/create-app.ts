import 'reflect-metadata';
import { AppModule } from './app.module.js';
import { OWNERSHIP, type Ownership } from './ingest/ownership.js';
import { requestPlaces } from './ingest/request-place.js';
import { type Clock, SystemClock } from './platform/clock.js';
import type { Configuration } from './platform/configuration.js';
import { openDataDir } from './platform/data-dir.js';
import type { Places } from './platform/forwarding.js';
import { createHttpApplication, type HttpApplication } from './platform/http.js';
import { serveOpenApi } from './platform/open-api.js';
import { openPeer, type Peer } from './platform/peer.js';
import { isShared, requireShared } from './platform/process-settings.js';
import { NO_PATIENCE, type StartPatience } from './platform/start-patience.js';
import { CATALOG_HOLDER, type CatalogHolder } from './registry/catalog.js';
import { REGISTRY_COMPONENTS } from './registry/open-api-components.js';

type CreateOptions = {
  /** The system's unless told. */
  readonly clock?: Clock | undefined;
  /** Without it a server that is away ends the start at once. */
  readonly patience?: StartPatience;
};

/** The whole service over HTTP, initialised but not yet listening: `listen` it, or `inject` requests; `close` it. */
export async function createApp(
  configuration: Configuration,
  { clock = new SystemClock(), patience = NO_PATIENCE }: CreateOptions = {},
): Promise<HttpApplication> {
  const { role } = configuration.processes;
  if (role !== 'all') requireShared(configuration, `role ${role}`);
  // Before any engine opens its files there.
  const dataDir = openDataDir(configuration.dataDir);
  let peer: Peer | null = null;
  try {
    peer = isShared(configuration) ? await openPeer(configuration) : null;
    const root = AppModule.register({ configuration, clock, dataDir, peer, patience });
    return await createHttpApplication(root, {
      configuration,
      peer,
      placesOf: (app) => placesOf(app, configuration),
      prepare: (app) => serveOpenApi(app, REGISTRY_COMPONENTS),
    });
  } catch (error) {
    await peer?.close();
    dataDir.release();
    throw error;
  }
}

function placesOf(app: HttpApplication, { processes, feastProject }: Configuration): Places {
  const catalogs = app.get<CatalogHolder>(CATALOG_HOLDER);
  const ownership = app.get<Ownership>(OWNERSHIP);
  const catalog = () => catalogs.current();
  return requestPlaces({ ownership, role: processes.role, catalog, feastProject });
}
