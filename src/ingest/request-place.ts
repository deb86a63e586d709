import { PlumblineError } from '../definition/error.js';
import type { PlaceOf } from '../platform/forwarding.js';
import type { HttpRequest } from '../platform/http-types.js';
import type { Role } from '../platform/process-settings.js';
import type { Catalog } from '../registry/catalog.js';
import type { Ownership } from './ownership.js';

type PlaceParts = {
  readonly ownership: Ownership;
  readonly role: Role;
  readonly catalog: () => Catalog;
};

const SOURCE = '/v1/projects/:project/sources/:source';

/** Routes that only the owner of their source can answer. */
const OWNER_ROUTES: ReadonlySet<string> = new Set([
  `POST ${SOURCE}/rows`,
  `POST ${SOURCE}/loads`,
  `POST ${SOURCE}/rebuild`,
  `GET ${SOURCE}/stream`,
  `POST ${SOURCE}/quarantine/replay`,
  `POST ${SOURCE}/quarantine/:id/replay`,
  `DELETE ${SOURCE}/quarantine/:id`,
]);

/** Lookups and predictions, in every format. */
const LOOKUPS = /^\/(?:v1\/projects\/:project\/(?:online\/|v2(?:\/|$)|feast\/get-)|get-online-features$)/;

/** What says whether a process is there: each answers for itself. */
const ABOUT_ITSELF = /^\/(?:health|ready|docs)/;

/** Where requests are answered, by what this process owns and does. */
export function requestPlace({ ownership, role, catalog }: PlaceParts): PlaceOf {
  if (!ownership.isShared) return () => null;
  let turn = 0;
  return (request) => {
    const route = request.routeOptions.url;
    if (route === undefined) return null;
    if (role === 'ingest' && LOOKUPS.test(route))
      throw unavailable('this process has role ingest and serves no lookups; ask one of role lookup or all');
    if (OWNER_ROUTES.has(`${request.method} ${route}`)) return ownerPlace(request, ownership, catalog());
    if (role !== 'lookup' || LOOKUPS.test(route) || ABOUT_ITSELF.test(route)) return null;
    const others = ownership.others();
    if (others.length > 0) return others[turn++ % others.length]!;
    throw unavailable(
      'this process has role lookup, and no process of role ingest or all lives; start one, or try again',
    );
  };
}

function ownerPlace({ params }: HttpRequest, ownership: Ownership, catalog: Catalog): string | null {
  // Fastify found the route, so both names are there.
  const { project, source } = params as { readonly project: string; readonly source: string };
  const name = `${project}/${source}`;
  if (ownership.termOf(name) !== null) return null;
  const address = ownership.addressOf(name);
  if (address !== null) return address;
  // Whoever is asked for what nobody registered says so.
  if (catalog.definitions(project).latest('Source', source) === null) return null;
  throw unavailable(
    `source "${name}" has no living owner at the moment: another process takes it over within the time of its lease; try again`,
  );
}

function unavailable(message: string): PlumblineError {
  return new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
