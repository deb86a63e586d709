import { type CompiledFeatureSet, compileFeatureSet } from '../../src/compile/feature-set.js';
import { compileRowKernel } from '../../src/compile/kernel.js';
import { duckdbSql, quoteIdentifier } from '../../src/compile/sql/duckdb.js';
import { type ColumnBatch, valueAt } from '../../src/definition/column-batch.js';
import type { Expression } from '../../src/definition/expression.js';
import { asParsed } from './as-parsed.js';
import { openDuckdbTable } from './duckdb-table.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import { expressionText } from './expression-text.js';
import { featureSetParts } from './feature-set-parts.js';
import { hostileName } from './hostile-names.js';
import { batchOf } from './kernel-engine.js';
import type { Row } from './oracle.js';
import { structureOf } from './print.js';

/** The kernels of feature sets, by columns and by rows. */
export function featureSetEngines(): readonly ParityEngine[] {
  return [
    featureSetEngine('feature set by columns', (set, rows) => {
      const { columns, rowCount } = set.kernel(renamedBatch(rows));
      return [...columns.values()].map((column) =>
        Array.from({ length: rowCount }, (_, row) => valueAt(column, row)),
      );
    }),
    featureSetEngine('feature set by rows', (set, rows) => {
      const { columns } = renamedBatch(rows);
      const kernel = compileRowKernel(set.features, [...columns.keys()]);
      const results = rows.map((_, row) =>
        kernel(
          [...columns.values()].map((each) => valueAt(each, row)),
          null,
        ),
      );
      return set.features.map((_, index) => results.map((result) => result[index]!));
    }),
  ];
}

/** Feature sets in DuckDB: all features of a set in one SELECT. */
export async function openFeatureSetDuckdb(): Promise<ParityEngine> {
  const table = await openDuckdbTable(hostileName);
  const engine = featureSetEngine('feature set in DuckDB', (set) => {
    const lowered = set.features.map(({ expression, type }) => ({ sql: sqlOf(expression) ?? '', type }));
    return table.query(lowered);
  });
  return {
    ...engine,
    statementOf: (expression) =>
      sqlOf(asParsed(expression)) === null ? null : engine.statementOf(expression),
    load: table.load,
    close: table.close,
  };
}

type Runner = (
  set: CompiledFeatureSet,
  rows: readonly Row[],
) => readonly EngineAnswer[] | Promise<readonly EngineAnswer[]>;

/**
 * Expressions as people have them: the features of a set, as text in a document, over columns with names of all kinds. What
 * the checker makes of a text must be the expression that was written.
 */
function featureSetEngine(name: string, run: Runner): ParityEngine {
  let rows: readonly Row[] = [];
  const ask = async (expressions: readonly Expression[]): Promise<readonly EngineAnswer[]> => {
    const set = compileFeatureSet(featureSetParts(expressions.map(textOf)));
    const answers = await run(set, rows);
    return expressions.map((expression, index) => {
      const [written, read] = [asParsed(expression), set.features[index]!.expression].map(structureOf);
      return written === read ? answers[index]! : new Error(`the text is read as ${read}, not as ${written}`);
    });
  };
  return {
    name,
    statementOf: (expression) => (readsAsOf(expression) ? null : textOf(expression)),
    load: async (loaded) => {
      rows = loaded;
    },
    values: async (expressions) => {
      const answers: EngineAnswer[] = [];
      for (let from = 0; from < expressions.length; from += FEATURES) {
        answers.push(...(await answersTogether(expressions.slice(from, from + FEATURES), ask)));
      }
      return answers;
    },
    close: async () => {},
  };
}

function textOf(expression: Expression): string {
  return expressionText(expression, hostileName);
}

function sqlOf(expression: Expression): string | null {
  return duckdbSql(expression, quoteIdentifier);
}

function renamedBatch(rows: readonly Row[]): ColumnBatch {
  const { rowCount, columns } = batchOf(rows);
  return { rowCount, columns: new Map([...columns].map(([name, column]) => [hostileName(name), column])) };
}

/** A row expression sees no T. */
function readsAsOf(node: Expression): boolean {
  return node.kind === 'asOf' || (node.kind === 'call' && node.arguments.some(readsAsOf));
}

/** Features of a set. */
const FEATURES = 20;
