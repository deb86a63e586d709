import { compileColumnarKernel, compileRowKernel, type NamedExpression } from '../../src/compile/kernel.js';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Expression } from '../../src/definition/expression.js';
import { AS_OF_US, COLUMNS } from './columns.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import type { Row } from './oracle.js';

/** The kernel over columns: all expressions of a batch in one generated loop. */
export function columnarKernelEngine(): ParityEngine {
  let batch: ColumnBatch = { rowCount: 0, columns: new Map() };
  const ask = (expressions: readonly Expression[]): readonly EngineAnswer[] => {
    const asOf = new BigInt64Array(batch.rowCount).fill(AS_OF_US);
    const { columns } = compileColumnarKernel(outputsOf(expressions))(batch, asOf);
    return [...columns.values()].map((column) =>
      Array.from({ length: batch.rowCount }, (_, row) => valueAt(column, row)),
    );
  };
  return {
    name: 'kernel by columns',
    statementOf: () => 'compileColumnarKernel',
    load: async (rows) => {
      batch = batchOf(rows);
    },
    values: (expressions) => answersTogether(expressions, ask),
    close: async () => {},
  };
}

/** The kernel by rows. */
export function rowKernelEngine(): ParityEngine {
  let rows: readonly Row[] = [];
  const names = [...COLUMNS.keys()];
  const ask = (expressions: readonly Expression[]): readonly EngineAnswer[] => {
    const kernel = compileRowKernel(outputsOf(expressions), names);
    const results = rows.map((row) => kernel([...row.values()], AS_OF_US));
    return expressions.map((_, index) => results.map((result) => result[index]!));
  };
  return {
    name: 'kernel by rows',
    statementOf: () => 'compileRowKernel',
    load: async (loaded) => {
      rows = loaded.map((row) => new Map(names.map((name) => [name, row.get(name) ?? null])));
    },
    values: (expressions) => answersTogether(expressions, ask),
    close: async () => {},
  };
}

/** Rows as the columns that kernels read. */
export function batchOf(rows: readonly Row[]): ColumnBatch {
  const columns = [...COLUMNS].map(([name, type]) => {
    const values = rows.map((row) => row.get(name) ?? null);
    return [name, columnOf(type, values)] as const;
  });
  return { rowCount: rows.length, columns: new Map(columns) };
}

function outputsOf(expressions: readonly Expression[]): readonly NamedExpression[] {
  return expressions.map((expression, index) => ({ name: `e${index}`, expression }));
}
