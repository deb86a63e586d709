import fc from 'fast-check';
import type { FittedTransform } from '../../src/compile/fitted-transform.js';
import { type TransformGraph, transformGraph } from '../../src/compile/graph/transform-graph.js';
import { compileTransform } from '../../src/compile/transform.js';
import type { TransformOutput } from '../../src/compile/transform-output.js';
import type { ColumnBatch } from '../../src/definition/column-batch.js';
import type { Problem } from '../../src/definition/error.js';
import type { Expression } from '../../src/definition/expression.js';
import { childrenOf } from '../../src/definition/expression.js';
import { batchOf, fittedOn, graphVector, typedOutputs } from './graph-case.js';
import type { Judged } from './graph-error.js';
import { GraphJudge, SMALLEST, TOLERANCE } from './graph-judge.js';
import { plainTfjs } from './graph-run.js';
import { type GraphRow, graphRow, outputText } from './graph-texts.js';

/** What came of model graphs beside the kernel (S8). */
export type GraphReport = {
  /** Numbers of the vector that were within the tolerance. */
  readonly compared: number;
  /** Closer to a branch or bucket edge than the tolerance. */
  readonly nearEdge: number;
  /** Where no computation in float32 can keep the tolerance: errors of its operands alone make more. */
  readonly illConditioned: number;
  readonly differences: readonly string[];
  /** Outputs that a graph refused, because what they learnt of the rows is beyond float32. */
  readonly outOfRange: number;
  /** Outputs that a graph refused for anything else. */
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
    ...{ compared: 0, nearEdge: 0, illConditioned: 0, different: 0, outOfRange: 0 },
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
    const outputs = typedOutputs(texts.slice(from, from + OUTPUTS_AT_ONCE));
    for (const { expression } of outputs) countOperations(expression, operations);
    const { carried, outOfRange, refused } = carriedOf(outputs, batchOf(some));
    report.outOfRange += outOfRange;
    report.refused.push(...refused);
    if (carried === null) continue;
    const { fitted, graph } = carried;
    judgeRows({ fitted, rows: some, found: await graphVector(tf, graph, batchOf(some)), report });
  }
  return { ...report, operations };
}

/** What was left out more often than generated cases leave out: a defect could hide in it. Seen are 6 to 8 % near an edge. */
export function excessOf(report: GraphReport, outputs: number): readonly string[] {
  const { compared, nearEdge, illConditioned, outOfRange } = report;
  return [
    ...(nearEdge < compared / 10 ? [] : [`${nearEdge} near an edge`]),
    ...(illConditioned < compared / 500 ? [] : [`${illConditioned} where float32 inputs alone decide`]),
    ...(outOfRange < outputs / 100 ? [] : [`${outOfRange} outputs beyond float32`]),
  ];
}

type Carried = { readonly fitted: FittedTransform; readonly graph: TransformGraph };

/** The graph of those outputs that one carries, fitted on the rows; null where it carries none. */
function carriedOf(
  outputs: readonly TransformOutput[],
  rows: ColumnBatch,
): { readonly carried: Carried | null; readonly outOfRange: number; readonly refused: readonly string[] } {
  const problems: Problem[] = [];
  const fitted = fittedOn(outputs, rows);
  const graph = transformGraph(fitted, problems);
  if (graph !== null) return { carried: { fitted, graph }, outOfRange: 0, refused: [] };
  const isOutOfRange = ({ message }: Problem): boolean => /beyond the range of float32/.test(message);
  const places = new Set(problems.map(({ path }) => Number(path.split('/')[2])));
  const refused = problems
    .filter((problem) => !isOutOfRange(problem))
    .map(({ path, message }) => `${path}: ${message}\n  ${outputs[Number(path.split('/')[2])]?.text}`);
  const rest = outputs.filter((_, index) => !places.has(index));
  const outOfRange = outputs.length - rest.length - refused.length;
  if (rest.length === 0) return { carried: null, outOfRange, refused };
  const others = carriedOf(rest, rows);
  return {
    carried: others.carried,
    outOfRange: outOfRange + others.outOfRange,
    refused: [...refused, ...others.refused],
  };
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
