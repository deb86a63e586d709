import fc from 'fast-check';
import { checkExpression } from '../../src/compile/check.js';
import { TransformFitting } from '../../src/compile/fit-transform.js';
import type { FittedTransform } from '../../src/compile/fitted-transform.js';
import { graphModel } from '../../src/compile/graph/graph-model.js';
import { transformGraph } from '../../src/compile/graph/transform-graph.js';
import { compileTransform } from '../../src/compile/transform.js';
import type { TransformOutput } from '../../src/compile/transform-output.js';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { Problem } from '../../src/definition/error.js';
import type { Expression } from '../../src/definition/expression.js';
import { childrenOf } from '../../src/definition/expression.js';
import { GraphJudge, type Judged, SMALLEST, TOLERANCE } from './graph-judge.js';
import { graphFeeds, loadGraph, plainTfjs } from './graph-run.js';
import { GRAPH_SCOPE, type GraphRow, graphRow, outputText } from './graph-texts.js';

/** What came of model graphs beside the kernel (S8). */
export type GraphReport = {
  /** Numbers of the vector that were within the tolerance. */
  readonly compared: number;
  /** Closer to a branch or bucket edge than the tolerance. */
  readonly nearEdge: number;
  /** Where no computation in float32 can keep the tolerance: errors of its operands alone make more. */
  readonly illConditioned: number;
  readonly differences: readonly string[];
  /** Outputs that a graph refused. */
  readonly refused: readonly string[];
  /** How many outputs held each operation. */
  readonly operations: ReadonlyMap<string, number>;
};

const ROWS = 12;
const OUTPUTS_AT_ONCE = 8;

/** Compares graphs of generated transforms with the kernel, on plain tfjs. */
export async function graphParity(choice: {
  readonly seed: number;
  readonly outputs: number;
  readonly backend: 'cpu' | 'wasm';
}): Promise<GraphReport> {
  const tf = await plainTfjs(choice.backend);
  const report = {
    ...{ compared: 0, nearEdge: 0, illConditioned: 0, different: 0 },
    differences: [] as string[],
    refused: [] as string[],
  };
  const operations = new Map<string, number>();
  const texts = fc.sample(outputText, { seed: choice.seed, numRuns: choice.outputs });
  const rows = fc.sample(graphRow, {
    seed: choice.seed,
    numRuns: Math.ceil(choice.outputs / OUTPUTS_AT_ONCE) * ROWS,
  });
  for (let from = 0; from < texts.length; from += OUTPUTS_AT_ONCE) {
    const some = rows.splice(0, ROWS);
    const outputs = texts.slice(from, from + OUTPUTS_AT_ONCE).map(typedOutput);
    for (const { expression } of outputs) countOperations(expression, operations);
    const fitted = fittedOn(outputs, batchOf(some));
    const problems: Problem[] = [];
    const graph = transformGraph(fitted, problems);
    if (graph === null) {
      report.refused.push(
        ...problems.map(
          ({ path, message }) => `${path}: ${message}\n  ${outputs[Number(path.split('/')[2])]?.text}`,
        ),
      );
      continue;
    }
    const { strings: vocabulary } = graph.vocabulary;
    const model = graphModel(graph.builder, [{ name: 'vector', node: graph.vector, shape: [-1, -1] }], {
      plumbline: { vocabulary },
    });
    const loaded = await loadGraph(tf, model);
    const feeds = graphFeeds(tf, model, batchOf(some));
    const answer = tf.tidy(() => loaded.execute(feeds, 'out/vector')) as { dataSync(): Float32Array };
    judgeRows({ fitted, rows: some, found: answer.dataSync(), report });
    tf.dispose([answer as never, ...Object.values(feeds)]);
    loaded.dispose();
  }
  return { ...report, operations };
}

/** Why outputs of these texts have no graph. */
export function graphProblems(texts: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  transformGraph(fittedOn(texts.map(typedOutput), batchOf([])), problems);
  return problems;
}

type Counts = Record<'compared' | 'nearEdge' | 'illConditioned' | 'different', number>;

type Judging = {
  readonly fitted: FittedTransform;
  readonly rows: readonly GraphRow[];
  readonly found: Float32Array;
  readonly report: Counts & { readonly differences: string[] };
};

function judgeRows({ fitted, rows, found, report }: Judging): void {
  const { width, slots, apply } = compileTransform(fitted);
  const expected = apply(batchOf(rows));
  rows.forEach((row, at) => {
    const judge = new GraphJudge(fitted, row);
    for (const output of fitted.outputs) {
      const judged = judge.judgeOutput(output);
      const places = [...slots.keys()].filter((slot) => slots[slot]!.output === output.name);
      for (const slot of places) {
        const [want, got] = [expected[at * width + slot]!, found[at * width + slot]!];
        const verdict = verdictOf(want, got, judged);
        report[verdict]++;
        const seen = `${slots[slot]!.name} of ${output.text}\n  ${got}, not ${want}, of ${rowText(row)}`;
        if (verdict === 'different') report.differences.push(seen);
      }
    }
  });
}

function verdictOf(
  want: number,
  got: number,
  { isNearEdge, error, largest }: Judged & { readonly largest: number },
): keyof Counts {
  const allowed = TOLERANCE * Math.max(largest, Math.abs(want)) + SMALLEST;
  if (isNearEdge) return 'nearEdge';
  if (Math.abs(got - want) <= allowed) return 'compared';
  return error > allowed ? 'illConditioned' : 'different';
}

function rowText(row: GraphRow): string {
  return JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
}

function typedOutput(text: string, index: number): TransformOutput {
  const checked = checkExpression(text, { scope: GRAPH_SCOPE, allow: 'transform' });
  if ('problems' in checked) throw new Error(`${text}: ${checked.problems[0]?.message}`);
  return { name: `o${index}`, text, expression: checked.expression };
}

function fittedOn(outputs: readonly TransformOutput[], rows: ColumnBatch): FittedTransform {
  const inputs = [...GRAPH_SCOPE].map(([name, type]) => ({ name, type }));
  const fitting = new TransformFitting(outputs, inputs);
  while (!fitting.done) {
    fitting.add(rows, new BigInt64Array(rows.rowCount));
    fitting.finishPass();
  }
  return fitting.result();
}

function batchOf(rows: readonly GraphRow[]): ColumnBatch {
  const columns = [...GRAPH_SCOPE].map(([name, type]) => {
    return [
      name,
      columnOf(
        type,
        rows.map((row) => row[name]!),
      ),
    ] as const;
  });
  return { rowCount: rows.length, columns: new Map(columns) };
}

function countOperations(expression: Expression, counts: Map<string, number>): void {
  const name =
    expression.kind === 'call'
      ? expression.operation
      : expression.kind === 'fitted'
        ? expression.function
        : null;
  if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const child of childrenOf(expression)) countOperations(child, counts);
}
