import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import { chunkOf, columnOfVector } from '../../src/offline/adapter/duckdb-column.js';

/** Texts about as long as the 12 bytes that lie in the vector itself, alike in length, ends or zero bytes. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\ufeff', 'é', '💧'), maxLength: 14 });

it('S2 reads every text as it was written, the same ones again and again', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const many = fc.array(fc.option(text), { minLength: 300, maxLength: 900 });
  const property = fc.asyncProperty(many, async (values) => {
    await connection.run('CREATE OR REPLACE TABLE texts (value VARCHAR)');
    const appender = await connection.createAppender('texts');
    appender.appendDataChunk(chunkOf([columnOf('STRING', values)], 0, values.length));
    appender.closeSync();
    const chunk = await (await connection.stream('FROM texts')).fetchChunk();
    const column = columnOfVector(chunk!.getColumnVector(0), 'STRING', values.length);
    expect(values.map((_, row) => valueAt(column, row))).toEqual(values);
  });
  await fc.assert(property, { numRuns: 20 });
  connection.closeSync();
});
