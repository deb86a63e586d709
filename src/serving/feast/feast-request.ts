import { PlumblineError, type Problem } from '../../definition/error.js';
import { isJsonObject, type JsonObject } from '../../definition/json-columns.js';
import { pointerToken } from '../../platform/json-pointer.js';

/** Columns of values, all of one length. */
export type FeastColumns = ReadonlyMap<string, readonly unknown[]>;

/** A body of `POST /get-online-features`. */
export type FeastLookupRequest = {
  /** The name of a service, or features one by one. */
  readonly asked: { readonly service: string } | { readonly features: readonly string[] };
  readonly entities: FeastColumns;
  readonly fullNames: boolean;
  /** Whether the answer lists the feature sets with their versions. */
  readonly withVersions: boolean;
};

/** A body of `POST /push`. */
export type FeastPushRequest = { readonly source: string; readonly columns: FeastColumns };

/** Throws INVALID_REQUEST with every problem by path. Members that Feast's clients leave out may be null. */
export function parseFeastLookup(body: unknown): FeastLookupRequest {
  const reader = new BodyReader(body, LOOKUP_MEMBERS);
  const service = reader.text('feature_service');
  const features = reader.texts('features');
  const entities = reader.columns('entities');
  const fullNames = reader.flag('full_feature_names', false);
  const withVersions = reader.flag('include_feature_view_version_metadata', false);
  if ((service === null) === (features.length === 0))
    reader.refuse('/features', 'name a "feature_service", or list "features": one of the two');
  reader.end();
  return { asked: service === null ? { features } : { service }, entities, fullNames, withVersions };
}

/** Throws INVALID_REQUEST with every problem by path. */
export function parseFeastPush(body: unknown): FeastPushRequest {
  const reader = new BodyReader(body, PUSH_MEMBERS);
  const source = reader.text('push_source_name');
  const columns = reader.columns('df');
  const to = reader.text('to') ?? 'online';
  reader.flag('allow_registry_cache', true);
  if (source === null) reader.refuse('/push_source_name', 'is missing; name a source');
  if (!reader.flag('transform_on_write', true))
    reader.refuse('/transform_on_write', 'is false; features are always computed from the rows of a source');
  if (to === 'offline') reader.refuse('/to', OFFLINE);
  else if (!JOINED.includes(to)) reader.refuse('/to', `"${to}" is none of ${JOINED.join(', ')}`);
  reader.end();
  return { source: source!, columns };
}

const LOOKUP_MEMBERS = [
  'entities',
  'feature_service',
  'features',
  'full_feature_names',
  'include_feature_view_version_metadata',
];

const PUSH_MEMBERS = ['push_source_name', 'df', 'to', 'allow_registry_cache', 'transform_on_write'];

/** Online state and history are two views of one log, so both mean the same here. */
const JOINED: readonly string[] = ['online', 'online_and_offline'];

const OFFLINE =
  'is "offline"; a row joins online state and history at once, so that both agree: send "online_and_offline", or load a file of older rows';

/** Reads members by their types, and collects what is wrong with any of them. */
class BodyReader {
  private readonly members: JsonObject;
  private readonly problems: Problem[] = [];

  constructor(body: unknown, known: readonly string[]) {
    if (!isJsonObject(body))
      throw new PlumblineError('INVALID_REQUEST', 'the body must be a JSON object', { path: '' });
    this.members = body;
    for (const name in body) {
      if (!known.includes(name))
        this.refuse(pointerToken(name), `"${name}" is no known property; there are ${known.join(', ')}`);
    }
  }

  text(name: string): string | null {
    const value = this.member(name);
    if (value === null || (typeof value === 'string' && value !== '')) return value;
    this.refuse(`/${name}`, 'must be a text');
    return null;
  }

  texts(name: string): readonly string[] {
    const value = this.member(name) ?? [];
    if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
    this.refuse(`/${name}`, 'must be a list of texts');
    return [];
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.member(name) ?? fallback;
    if (typeof value === 'boolean') return value;
    this.refuse(`/${name}`, 'must be true or false');
    return fallback;
  }

  columns(name: string): FeastColumns {
    const value = this.member(name);
    const columns = new Map<string, readonly unknown[]>();
    if (!isJsonObject(value)) {
      this.refuse(`/${name}`, 'must be an object of columns, each a list of values');
      return columns;
    }
    for (const column of Object.keys(value)) {
      const values = value[column];
      if (Array.isArray(values)) columns.set(column, values);
      else this.refuse(`/${name}${pointerToken(column)}`, 'must be a list of values, one a row');
    }
    this.requireOneLength(name, columns);
    return columns;
  }

  refuse(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  end(): void {
    const [first] = this.problems;
    if (first === undefined) return;
    const listed = this.problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
    throw new PlumblineError('INVALID_REQUEST', `the request is refused: ${listed}`, {
      path: first.path,
      problems: this.problems.slice(0, MAX_PROBLEMS),
    });
  }

  private requireOneLength(name: string, columns: FeastColumns): void {
    const [first] = columns;
    if (first === undefined) {
      this.refuse(`/${name}`, 'has no column');
      return;
    }
    for (const [column, { length }] of columns) {
      if (length === first[1].length) continue;
      const message = `has ${length} values, but "${first[0]}" has ${first[1].length}; each row needs one of each`;
      this.refuse(`/${name}${pointerToken(column)}`, message);
    }
  }

  private member(name: string): unknown {
    return Object.hasOwn(this.members, name) ? (this.members[name] ?? null) : null;
  }
}

const MAX_PROBLEMS = 100;
