import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';
import type { ValueType } from '../definition/value-type.js';

/** Most entities of one lookup. */
const MAX_LOOKUP_ENTITIES = 10_000;

/** Most values of one answer: it is made in memory, while other requests wait. */
const MAX_LOOKUP_VALUES = 1_000_000;

/**
 * The keys and request inputs of a lookup's entities as columns, by declared type, nothing coerced (S4). Throws
 * INVALID_REQUEST with every problem by path.
 */
export function parseEntities(service: CompiledFeatureService, entities: readonly unknown[]): ColumnBatch {
  requireEntityCount(service, entities.length);
  const problems: Problem[] = [];
  const members = membersOf(service);
  for (let i = 0; i < entities.length; i++) checkMembers(entities[i], i, members, problems);
  const columns = columnsOfJson(members.declared, entities, '/entities', problems);
  if (problems.length > 0) {
    const { path, message } = problems[0]!;
    throw new PlumblineError('INVALID_REQUEST', `${path}: ${message}`, {
      path,
      problems: problems.slice(0, 100),
    });
  }
  return { rowCount: entities.length, columns };
}

/** Throws INVALID_REQUEST for no entities, and for more than one lookup of the service takes. */
export function requireEntityCount(service: CompiledFeatureService, count: number): void {
  if (count === 0 || count > MAX_LOOKUP_ENTITIES) {
    const message = `send 1 to ${MAX_LOOKUP_ENTITIES} entities, not ${count}`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: '/entities' });
  }
  const valueCount = valuesAnEntity(service);
  if (count * valueCount > MAX_LOOKUP_VALUES) {
    const most = Math.floor(MAX_LOOKUP_VALUES / valueCount);
    const message = `${count} entities with ${valueCount} features are more than ${MAX_LOOKUP_VALUES} values; send ${most} entities at most`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: '/entities' });
  }
}

/** Read for one entity, in the answer or for what is computed, and computed. */
function valuesAnEntity({ entries, reads }: CompiledFeatureService): number {
  return entries.reduce((count, { features }) => count + features.length, reads.length);
}

/** What every entity must have. */
type Members = {
  readonly names: ReadonlySet<string>;
  readonly declared: readonly DeclaredColumn[];
  /** The first so many of `declared` are keys. */
  readonly keyCount: number;
};

type DeclaredColumn = { readonly name: string; readonly type: ValueType };

const MEMBERS = new WeakMap<CompiledFeatureService, Members>();

/** Made once a service. */
function membersOf(service: CompiledFeatureService): Members {
  const known = MEMBERS.get(service);
  if (known !== undefined) return known;
  const { keyColumns, requestInputs } = service;
  const declared = [...keyColumns, ...requestInputs];
  const names = new Set(declared.map(({ name }) => name));
  const members = { names, declared, keyCount: keyColumns.length };
  MEMBERS.set(service, members);
  return members;
}

function checkMembers(entity: unknown, i: number, members: Members, problems: Problem[]): void {
  const { names, declared, keyCount } = members;
  if (!isJsonObject(entity)) {
    problems.push({ path: `/entities/${i}`, message: `is no object; give ${listed(members)}` });
    return;
  }
  for (const name of Object.keys(entity)) {
    if (names.has(name)) continue;
    const what = declared.length === keyCount ? 'is no key' : 'is neither a key nor a request input';
    const message = `${what} of these features; they have ${listed(members)}`;
    problems.push({ path: `/entities/${i}/${name}`, message });
  }
  for (let place = 0; place < declared.length; place++) {
    const { name } = declared[place]!;
    if (Object.hasOwn(entity, name)) continue;
    const message = place < keyCount ? KEY_IS_MISSING : INPUT_IS_MISSING;
    problems.push({ path: `/entities/${i}/${name}`, message });
  }
}

const KEY_IS_MISSING = 'is missing; give the key, or null for an unknown entity';
const INPUT_IS_MISSING = 'is missing; give the value of this request input, or null';

function listed({ names }: Members): string {
  return [...names].join(', ');
}
