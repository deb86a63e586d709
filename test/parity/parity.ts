import fc from 'fast-check';
import { compileColumnarKernel, compileRowKernel } from '../../src/compile/kernel.js';
import { duckdbSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import { childrenOf, type Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import { DuckdbEngine, type EngineAnswer } from './duckdb-engine.js';
import { COLUMNS, callOf, comparedCallOf, OPERATION_IDS, ROW } from './generator.js';
import { evaluate, type Row } from './oracle.js';
import { rowText, sameBits, textOf, valueText } from './print.js';

export type ParityReport = {
  /** Expressions compared, each over {@link ROWS} rows. */
  readonly cases: number;
  /** Values compared. */
  readonly values: number;
  /** Expressions that DuckDB carried out, with each operation among them and how often it did. */
  readonly lowered: number;
  readonly operations: ReadonlyMap<string, number>;
  /** What differed, as text: expression, row and the answer of each. */
  readonly differences: readonly string[];
};

/**
 * Compares the kernel by columns, the kernel by rows and DuckDB with the oracle, bit for bit, over `cases` generated
 * expressions (S8). Every operation is the root of as many cases as every other; the same seed gives the same cases.
 */
export async function runParity(cases: number, seed: number): Promise<ParityReport> {
  const engine = await DuckdbEngine.open();
  const tally = { values: 0, lowered: 0, operations: new Map<string, number>(), differences: [] as string[] };
  try {
    for (let from = 0; from < cases; from += BATCH) {
      const expressions = expressionsOf(from, Math.min(BATCH, cases - from), seed);
      const rows = fc.sample(ROW, { numRuns: ROWS, seed: seed + from });
      await compareBatch(engine, { expressions, rows }, tally);
      if (tally.differences.length >= MAX_DIFFERENCES) break;
    }
  } finally {
    engine.close();
  }
  return { cases, ...tally };
}

type Tally = {
  values: number;
  lowered: number;
  readonly operations: Map<string, number>;
  readonly differences: string[];
};

type Batch = { readonly expressions: readonly Expression[]; readonly rows: readonly Row[] };

function expressionsOf(from: number, count: number, seed: number): readonly Expression[] {
  return Array.from({ length: count }, (_, index) => {
    const id = OPERATION_IDS[(from + index) % OPERATION_IDS.length]!;
    const round = Math.floor((from + index) / OPERATION_IDS.length);
    const made = round % 2 === 0 ? callOf : comparedCallOf;
    const depth = Math.floor(round / 2) % (MAX_DEPTH + 1);
    return fc.sample(made(id, depth), { numRuns: 1, seed: seed + from + index })[0]!;
  });
}

async function compareBatch(engine: DuckdbEngine, { expressions, rows }: Batch, tally: Tally): Promise<void> {
  await engine.load(rows);
  const sqls = expressions.map((expression) => duckdbSql(expression, quoteIdentifier));
  const lowered = expressions.flatMap(({ type }, index) => (sqls[index] ? [{ sql: sqls[index], type }] : []));
  const answers = [...(await engine.values(lowered))];
  for (const [index, expression] of expressions.entries()) {
    const duckdb = sqls[index] ? answers.shift()! : null;
    if (duckdb !== null) tally.lowered++;
    tally.values += rows.length;
    count(expression, tally.operations);
    const difference = compareExpression(expression, rows, duckdb);
    if (difference !== null) tally.differences.push(difference);
  }
}

function count(expression: Expression, operations: Map<string, number>): void {
  if (expression.kind === 'call')
    operations.set(expression.operation, (operations.get(expression.operation) ?? 0) + 1);
  for (const child of childrenOf(expression)) count(child, operations);
}

/** The first difference of an expression, or of the smallest part of it that the kernels differ in. */
function compareExpression(
  expression: Expression,
  rows: readonly Row[],
  duckdb: EngineAnswer | null,
): string | null {
  const columnar = columnarAnswers(expression, rows);
  const byRow = rowAnswers(expression, rows);
  for (const [index, row] of rows.entries()) {
    const expected = evaluate(expression, row, AS_OF);
    const answers = new Map<string, Value | Error>([
      ['oracle', expected],
      ['kernel by columns', columnar[index]!],
      ['kernel by rows', byRow[index]!],
    ]);
    if (duckdb !== null) answers.set('DuckDB', duckdb instanceof Error ? duckdb : duckdb[index]!);
    if ([...answers.values()].some((answer) => answer instanceof Error || !sameBits(answer, expected))) {
      return smallestKernelDifference(expression, rows) ?? failureText(expression, row, answers);
    }
  }
  return null;
}

function smallestKernelDifference(expression: Expression, rows: readonly Row[]): string | null {
  for (const child of childrenOf(expression)) {
    const difference = compareExpression(child, rows, null);
    if (difference !== null) return difference;
  }
  return null;
}

function columnarAnswers(expression: Expression, rows: readonly Row[]): readonly Value[] {
  const names = [...COLUMNS];
  const columns = names.map(
    ([name, type]) =>
      [
        name,
        columnOf(
          type,
          rows.map((row) => row.get(name)!),
        ),
      ] as const,
  );
  const batch: ColumnBatch = { rowCount: rows.length, columns: new Map(columns) };
  const asOf = new BigInt64Array(rows.length).fill(AS_OF);
  const column = compileColumnarKernel([{ name: 'out', expression }])(batch, asOf).columns.get('out')!;
  return rows.map((_, index) => valueAt(column, index));
}

function rowAnswers(expression: Expression, rows: readonly Row[]): readonly Value[] {
  const names = [...COLUMNS.keys()];
  const kernel = compileRowKernel([{ name: 'out', expression }], names);
  return rows.map(
    (row) =>
      kernel(
        names.map((name) => row.get(name)!),
        AS_OF,
      )[0]!,
  );
}

function failureText(expression: Expression, row: Row, answers: ReadonlyMap<string, Value | Error>): string {
  const lines = [...answers].map(
    ([engine, answer]) => `  ${engine}: ${answer instanceof Error ? answer.message : valueText(answer)}`,
  );
  const sql = duckdbSql(expression, quoteIdentifier);
  return [
    `${textOf(expression)}`,
    `  row: ${rowText(expression, row)}`,
    ...lines,
    `  SQL: ${sql ?? 'none'}`,
  ].join('\n');
}

/** T of every row: within an hour that summer time repeats. */
const AS_OF = 1_383_457_799_999_999n;
/** Rows that every expression is computed for. */
const ROWS = 12;
/** Expressions of one query, so that its overhead does not decide how many cases fit into a test. */
const BATCH = 60;
const MAX_DEPTH = 3;
/** Enough to see a pattern. */
const MAX_DIFFERENCES = 20;
