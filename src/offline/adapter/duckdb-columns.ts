import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { ValueType } from '../../definition/value-type.js';
import { ColumnSink } from './duckdb-column-sink.js';

/**
 * The result of a SELECT of `rowCount` rows as whole columns of the types given. Not streamed: an appender's own flushes would
 * end a stream of the same connection. Throws INTERNAL for any other number of rows.
 */
export async function columnsOf(
  connection: DuckDBConnection,
  sql: string,
  types: readonly ValueType[],
  rowCount: number,
): Promise<readonly Column[]> {
  const sinks = types.map((type) => new ColumnSink(type, rowCount));
  const result = await connection.run(sql);
  let rows = 0;
  for await (const chunk of result) {
    rows += chunk.rowCount;
    if (rows > rowCount) break;
    sinks.forEach((sink, i) => {
      sink.append(chunk.getColumnVector(i), chunk.rowCount);
    });
  }
  if (rows !== rowCount) throw new PlumblineError('INTERNAL', `${rows} of ${rowCount} rows came back`);
  return sinks.map((sink) => sink.finish());
}

/** Throws INTERNAL unless numbers ascend: what is read of a sorted table rests on that it keeps its order. */
export function requireAscending(values: Float64Array): void {
  for (let i = 1; i < values.length; i++) {
    if (values[i - 1]! <= values[i]!) continue;
    throw new PlumblineError('INTERNAL', 'the rows of a sorted table came back in another order');
  }
}
