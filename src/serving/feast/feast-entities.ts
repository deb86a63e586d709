import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { type Column, type ColumnBatch, ColumnBuilder } from '../../definition/column-batch.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { jsonParser } from '../../definition/json-value.js';
import type { ValueType } from '../../definition/value-type.js';
import { requireEntityCount } from '../../online/lookup-request.js';
import type { FeastColumns } from './feast-request.js';
import { readFeastColumn } from './feast-time.js';

/**
 * The keys and request inputs of a lookup's entities, by declared type, nothing coerced (S4). Columns that the service does not need
 * are passed over, as Feast does: whatever it needs must be there, so no misspelt name goes unseen. Throws INVALID_REQUEST with
 * every problem by path.
 */
export function feastEntities(service: CompiledFeatureService, entities: FeastColumns): ColumnBatch {
  const [[, { length: rowCount }] = ['', []]] = entities;
  requireEntityCount(service, rowCount);
  const problems: Problem[] = [];
  const columns = new Map<string, Column>();
  for (const { name, type } of [...service.keyColumns, ...service.requestInputs]) {
    const values = entities.get(name);
    if (values === undefined) {
      problems.push({ path: `/entities/${name}`, message: 'is missing; give one value an entity, or null' });
    } else columns.set(name, columnOfJson(type, values, `/entities/${name}`, problems));
  }
  if (problems.length === 0) return { rowCount, columns };
  const { path, message } = problems[0]!;
  const listed = problems.slice(0, MAX_PROBLEMS);
  throw new PlumblineError('INVALID_REQUEST', `${path}: ${message}`, { path, problems: listed });
}

const MAX_PROBLEMS = 100;

function columnOfJson(
  type: ValueType,
  values: readonly unknown[],
  path: string,
  problems: Problem[],
): Column {
  const builder = new ColumnBuilder(type, values.length);
  const parse = jsonParser(type);
  readFeastColumn(type, values).forEach((value, row) => {
    const parsed = parse(value);
    if ('value' in parsed) builder.set(row, parsed.value);
    else problems.push({ path: `${path}/${row}`, message: parsed.problem });
  });
  return builder.finish();
}
