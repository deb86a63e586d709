import { describe, expect, it } from 'vitest';
import { type Column, type ColumnBatch, columnOf, valueAt } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import { checkExpression } from './check.js';
import { compileColumnarKernel, compileRowKernel, type NamedExpression } from './kernel.js';

type Allowance = Parameters<typeof checkExpression>[1]['allow'];

function output(
  text: string,
  columns: Readonly<Record<string, ValueType>>,
  allow: Allowance = 'read',
): NamedExpression {
  const checked = checkExpression(text, { scope: new Map(Object.entries(columns)), allow });
  if (!('expression' in checked)) throw new Error(checked.problems[0]?.message);
  return { name: text, expression: checked.expression };
}

function batchOf(columns: Readonly<Record<string, Column>>): ColumnBatch {
  const rowCount = Object.values(columns)[0]?.values.length ?? 0;
  return { rowCount, columns: new Map(Object.entries(columns)) };
}

function valuesOf(column: Column | undefined): readonly Value[] {
  return Array.from({ length: column!.values.length }, (_, row) => valueAt(column!, row));
}

describe('columnar kernels', () => {
  it('compute every output of a batch', () => {
    const batch = batchOf({ i: columnOf('INT64', [1n, null, 3n]), f: columnOf('BOOL', [true, false, null]) });
    const outputs = ['i * 2', 'NOT f', 'i IS NULL', "CASE WHEN f THEN 'yes' END"];
    const kernel = compileColumnarKernel(outputs.map((text) => output(text, { i: 'INT64', f: 'BOOL' })));
    const { rowCount, columns } = kernel(batch);
    expect(rowCount).toBe(3);
    expect([...columns.keys()]).toEqual(outputs);
    expect(valuesOf(columns.get('i * 2'))).toEqual([2n, null, 6n]);
    expect(valuesOf(columns.get('NOT f'))).toEqual([false, true, null]);
    expect(columns.get('i IS NULL')).toEqual({
      type: 'BOOL',
      values: new Uint8Array([0, 1, 0]),
      valid: null,
    });
    expect(valuesOf(columns.get("CASE WHEN f THEN 'yes' END"))).toEqual(['yes', null, null]);
  });

  it('pass a column on as it is', () => {
    const column = columnOf('ARRAY<FLOAT64>', [[1, 2], null]);
    const kernel = compileColumnarKernel([output('v', { v: 'ARRAY<FLOAT64>' })]);
    expect(kernel(batchOf({ v: column })).columns.get('v')).toBe(column);
  });

  it('do not look at values that are not valid', () => {
    const values = [undefined, 'a'] as unknown as string[];
    const batch = batchOf({ s: { type: 'STRING', values, valid: new Uint8Array([0, 1]) } });
    const kernel = compileColumnarKernel([output("LENGTH(s || 'b')", { s: 'STRING' })]);
    expect(valuesOf(kernel(batch).columns.get("LENGTH(s || 'b')"))).toEqual([null, 2n]);
  });

  it('take T of every row for AS_OF(), and must be given it', () => {
    const kernel = compileColumnarKernel([output('TIMESTAMP_DIFF(AS_OF(), t, SECOND)', { t: 'TIMESTAMP' })]);
    const batch = batchOf({ t: columnOf('TIMESTAMP', [0n, 1_000_000n]) });
    const asOf = new BigInt64Array([5_000_000n, 5_000_000n]);
    expect(valuesOf([...kernel(batch, asOf).columns.values()][0])).toEqual([5n, 4n]);
    expect(() => kernel(batch)).toThrow('reads AS_OF() and was given no times');
  });

  it('name the column that a batch lacks or has of another type', () => {
    const kernel = compileColumnarKernel([output('i + 1', { i: 'INT64' }), output('s', { s: 'STRING' })]);
    const i = columnOf('INT64', [1n]);
    expect(() => kernel(batchOf({ i }))).toThrow('reads "s" as STRING; the batch has no such column');
    const s = columnOf('STRING', ['a']);
    expect(() => kernel(batchOf({ i: s, s }))).toThrow('reads "i" as INT64; the batch has it as STRING');
  });

  it('keep names and texts out of the generated source', () => {
    const name = '"];globalThis.hacked=1;//`${';
    const text = `\`${name.replace('`', '\\`')}\` || '\\'];globalThis.hacked=1;//$0$\{'`;
    const kernel = compileColumnarKernel([output(text, { [name]: 'STRING' })]);
    const column = [...kernel(batchOf({ [name]: columnOf('STRING', ['a']) })).columns.values()][0];
    expect(valuesOf(column)).toEqual(["a'];globalThis.hacked=1;//$0${"]);
    expect(globalThis).not.toHaveProperty('hacked');
  });

  it('compute nothing of no rows and no outputs', () => {
    const kernel = compileColumnarKernel([output('i + 1', { i: 'INT64' })]);
    expect(kernel(batchOf({ i: columnOf('INT64', []) })).columns.get('i + 1')!.values).toHaveLength(0);
    expect(compileColumnarKernel([])(batchOf({ i: columnOf('INT64', [1n]) }))).toEqual({
      rowCount: 1,
      columns: new Map(),
    });
  });

  it('refuse fitted functions that have not been fitted', () => {
    const fitted = output('1 + STANDARD_SCALER(x) OVER ()', { x: 'FLOAT64' }, 'transform');
    expect(() => compileColumnarKernel([fitted])).toThrow('STANDARD_SCALER over x has not been fitted yet');
    expect(() => compileRowKernel([fitted], ['x'])).toThrow('STANDARD_SCALER over x has not been fitted yet');
  });
});

describe('row kernels', () => {
  it('compute the same from a list of values', () => {
    const columns = { i: 'INT64', f: 'BOOL', v: 'ARRAY<FLOAT64>' } as const;
    const outputs = ['i + 1', 'f OR FALSE', 'v', 'AS_OF()'].map((text) => output(text, columns));
    const kernel = compileRowKernel(outputs, ['unused', 'v', 'f', 'i']);
    expect(kernel(['x', [1], true, 2n], 7n)).toEqual([3n, true, [1], 7n]);
    expect(kernel([null, null, null, null], null)).toEqual([null, null, null, null]);
  });

  it('name the input that an output reads and nobody gives', () => {
    expect(() => compileRowKernel([output('i + 1', { i: 'INT64' })], ['j'])).toThrow(
      'reads "i", which is no input',
    );
  });
});
