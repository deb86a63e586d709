import { PlumblineError } from '../definition/error.js';
import { isJsonObject } from '../definition/json-columns.js';
import type { PlaceOf, Places } from '../platform/forwarding.js';
import type { HttpRequest } from '../platform/http-types.js';
import type { Role } from '../platform/process-settings.js';
import type { Catalog } from '../registry/catalog.js';
import type { Ownership, SourceName } from './ownership.js';

type PlaceParts = {
  readonly ownership: Ownership;
  readonly role: Role;
  readonly catalog: () => Catalog;
  /** The project of Feast's routes that name none; null is none. */
  readonly feastProject: string | null;
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

/** Pushes as Feast's clients send them: their body names the source that only its owner can answer for. */
const FEAST_PUSHES: ReadonlySet<string> = new Set(['POST /push', 'POST /v1/projects/:project/feast/push']);

/** Lookups and predictions, in every format. */
const LOOKUPS = /^\/(?:v1\/projects\/:project\/(?:online\/|v2(?:\/|$)|feast\/get-)|get-online-features$)/;

/** What says whether a process is there: each answers for itself. */
const ABOUT_ITSELF = /^\/(?:health|ready|docs)/;

/** Where requests are answered, by what this process owns and does. */
export function requestPlaces(parts: PlaceParts): Places {
  const isInBody = (route: string): boolean => parts.ownership.isShared && FEAST_PUSHES.has(route);
  return { ofRequest: requestPlace(parts), isInBody, ofBody: (request) => feastPushPlace(request, parts) };
}

function requestPlace({ ownership, role, catalog }: PlaceParts): Places['ofRequest'] {
  if (!ownership.isShared) return () => null;
  let turn = 0;
  return (request) => {
    const url = request.routeOptions.url;
    if (url === undefined) return null;
    if (role === 'ingest' && LOOKUPS.test(url))
      throw unavailable('this process has role ingest and serves no lookups; ask one of role lookup or all');
    const route = `${request.method} ${url}`;
    if (OWNER_ROUTES.has(route)) return ownerPlace(sourceIn(request), { ownership, catalog });
    if (role !== 'lookup' || LOOKUPS.test(url) || ABOUT_ITSELF.test(url) || FEAST_PUSHES.has(route))
      return null;
    const others = ownership.others();
    if (others.length > 0) return others[turn++ % others.length]!;
    throw unavailable(
      'this process has role lookup, and no process of role ingest or all lives; start one, or try again',
    );
  };
}

/** What is wrong with a request is said here. */
function feastPushPlace({ params, body }: HttpRequest, parts: PlaceParts): ReturnType<PlaceOf> {
  const { project = parts.feastProject } = params as { readonly project?: string };
  const source = isJsonObject(body) ? body['push_source_name'] : null;
  if (project === null || typeof source !== 'string') return null;
  return ownerPlace({ project, source }, parts);
}

function sourceIn({ params }: HttpRequest): SourceName {
  // Fastify found the route, so both names are there.
  return params as SourceName;
}

type OwnerParts = Pick<PlaceParts, 'ownership' | 'catalog'>;

function ownerPlace(asked: SourceName, parts: OwnerParts): ReturnType<PlaceOf> {
  const name = `${asked.project}/${asked.source}`;
  const known = knownPlace(name, parts.ownership);
  return known === undefined ? newOwnerPlace(asked, name, parts) : known;
}

/** Undefined where there is no living owner, as far as this process knows. */
function knownPlace(name: string, ownership: Ownership): string | null | undefined {
  if (ownership.termOf(name) !== null) return null;
  return ownership.addressOf(name) ?? undefined;
}

/** An owner may have come a moment ago, or be this process from now on. */
async function newOwnerPlace(
  { project, source }: SourceName,
  name: string,
  { ownership, catalog }: OwnerParts,
): Promise<string | null> {
  // Whoever is asked for what nobody registered says so.
  if (catalog().definitions(project).latest('Source', source) === null) return null;
  await ownership.refresh();
  const place = knownPlace(name, ownership);
  if (place !== undefined) return place;
  throw unavailable(
    `source "${name}" has no living owner at the moment: another process takes it over within the time of its lease; try again`,
  );
}

function unavailable(message: string): PlumblineError {
  return new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
