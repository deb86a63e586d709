import type { CompiledFeatureService } from '../compile/feature-service.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';
import { jsonOf } from '../definition/json-value.js';
import { formatTimestamp } from '../definition/time.js';
import type { LookupAnswer } from './lookup.js';

/** Most entities of one lookup. */
const MAX_LOOKUP_ENTITIES = 10_000;

/** The keys of a lookup's entities as columns. Throws INVALID_REQUEST with every problem by path. */
export function parseEntities(service: CompiledFeatureService, entities: readonly unknown[]): ColumnBatch {
  if (entities.length === 0 || entities.length > MAX_LOOKUP_ENTITIES) {
    const message = `send 1 to ${MAX_LOOKUP_ENTITIES} entities, not ${entities.length}`;
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

/** An answer as JSON: one result an entity, one value, status and event time a feature. */
export function lookupJson(service: CompiledFeatureService, answer: LookupAnswer): unknown {
  const columns = service.outputs.map(({ name }) => answer.values.columns.get(name)!);
  const entryOf = service.entries.flatMap((entry, i) => entry.features.map(() => i));
  const time = (us: bigint | null | undefined): string | null => (us == null ? null : formatTimestamp(us));
  const results = Array.from({ length: answer.values.rowCount }, (_, row) => ({
    values: columns.map((column) => jsonOf(column.type, valueAt(column, row))),
    statuses: answer.statuses.map((statuses) => statuses[row]),
    eventTimes: entryOf.map((entry) => time(answer.eventTimes[entry]![row])),
  }));
  const sequences = results.map((_, row) =>
    Object.fromEntries(
      service.entries.map(({ alias }, i) => [alias, jsonOf('INT64', answer.sequences[i]![row]!)]),
    ),
  );
  return {
    asOf: formatTimestamp(answer.asOfUs),
    features: service.outputs.map(({ name }) => name),
    results,
    sequences,
  };
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
      message: `is no key of this feature service; it has ${[...known].join(', ')}`,
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
