import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';

/** Most entities of one lookup. */
const MAX_LOOKUP_ENTITIES = 10_000;

/** Most values of one answer: it is made in memory, while other requests wait. */
const MAX_LOOKUP_VALUES = 1_000_000;

/** The keys of a lookup's entities as columns. Throws INVALID_REQUEST with every problem by path. */
export function parseEntities(service: CompiledFeatureService, entities: readonly unknown[]): ColumnBatch {
  if (entities.length === 0 || entities.length > MAX_LOOKUP_ENTITIES) {
    const message = `send 1 to ${MAX_LOOKUP_ENTITIES} entities, not ${entities.length}`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: '/entities' });
  }
  if (entities.length * service.outputs.length > MAX_LOOKUP_VALUES) {
    const most = Math.floor(MAX_LOOKUP_VALUES / service.outputs.length);
    const message = `${entities.length} entities with ${service.outputs.length} features are more than ${MAX_LOOKUP_VALUES} values; send ${most} entities at most`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: '/entities' });
  }
  const problems: Problem[] = [];
  const known = new Set(service.keyColumns.map(({ name }) => name));
  entities.forEach((entity, i) => {
    checkMembers(entity, i, known, problems);
  });
  const columns = columnsOfJson(service.keyColumns, entities, '/entities', problems);
  if (problems.length > 0) {
    const { path, message } = problems[0]!;
    throw new PlumblineError('INVALID_REQUEST', `${path}: ${message}`, {
      path,
      problems: problems.slice(0, 100),
    });
  }
  return { rowCount: entities.length, columns };
}

function checkMembers(entity: unknown, i: number, known: ReadonlySet<string>, problems: Problem[]): void {
  if (!isJsonObject(entity)) {
    problems.push({ path: `/entities/${i}`, message: `is no object; give ${[...known].join(', ')}` });
    return;
  }
  for (const name of Object.keys(entity)) {
    if (known.has(name)) continue;
    problems.push({
      path: `/entities/${i}/${name}`,
      message: `is no key of these features; they have ${[...known].join(', ')}`,
    });
  }
  for (const name of known) {
    if (Object.hasOwn(entity, name)) continue;
    problems.push({
      path: `/entities/${i}/${name}`,
      message: 'is missing; give the key, or null for an unknown entity',
    });
  }
}
