import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';

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
  const members: Members = {
    keys: new Set(service.keyColumns.map(({ name }) => name)),
    inputs: new Set(service.requestInputs.map(({ name }) => name)),
  };
  entities.forEach((entity, i) => {
    checkMembers(entity, i, members, problems);
  });
  const declared = [...service.keyColumns, ...service.requestInputs];
  const columns = columnsOfJson(declared, entities, '/entities', problems);
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

/** Names that every entity must have. */
type Members = { readonly keys: ReadonlySet<string>; readonly inputs: ReadonlySet<string> };

function checkMembers(entity: unknown, i: number, { keys, inputs }: Members, problems: Problem[]): void {
  const listed = [...keys, ...inputs].join(', ');
  if (!isJsonObject(entity)) {
    problems.push({ path: `/entities/${i}`, message: `is no object; give ${listed}` });
    return;
  }
  const what = inputs.size === 0 ? 'is no key' : 'is neither a key nor a request input';
  for (const name of Object.keys(entity)) {
    if (keys.has(name) || inputs.has(name)) continue;
    const message = `${what} of these features; they have ${listed}`;
    problems.push({ path: `/entities/${i}/${name}`, message });
  }
  const need = (names: ReadonlySet<string>, message: string): void => {
    for (const name of names) {
      if (!Object.hasOwn(entity, name)) problems.push({ path: `/entities/${i}/${name}`, message });
    }
  };
  need(keys, 'is missing; give the key, or null for an unknown entity');
  need(inputs, 'is missing; give the value of this request input, or null');
}
