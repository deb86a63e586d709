import { TransformFitting } from '../../src/compile/fit-transform.js';
import type { FittedTransform } from '../../src/compile/fitted-transform.js';
import { graphModel } from '../../src/compile/graph/graph-model.js';
import { type TransformGraph, transformGraph } from '../../src/compile/graph/transform-graph.js';
import { compileTransform } from '../../src/compile/transform.js';
import { compileTransformOutputs, type TransformOutput } from '../../src/compile/transform-output.js';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { Problem } from '../../src/definition/error.js';
import { graphFeeds, loadGraph, plainTfjs } from './graph-run.js';
import { GRAPH_SCOPE, type GraphRow } from './graph-texts.js';

/** Outputs of these texts, fitted on some rows and applied to others: by the kernel, and by their graph in plain tfjs. */
export async function bothVectors(
  texts: readonly string[],
  { training, rows }: { readonly training: readonly GraphRow[]; readonly rows: readonly GraphRow[] },
): Promise<{ readonly kernel: readonly number[]; readonly graph: readonly number[] }> {
  const fitted = fittedOn(typedOutputs(texts), batchOf(training));
  const problems: Problem[] = [];
  const graph = transformGraph(fitted, problems);
  if (graph === null) throw new Error(JSON.stringify(problems));
  const kernel = compileTransform(fitted).apply(batchOf(rows));
  const found = await graphVector(await plainTfjs('wasm'), graph, batchOf(rows));
  return { kernel: [...kernel], graph: [...found] };
}

/** Why outputs of these texts have no graph. */
export function graphProblems(
  texts: readonly string[],
  training: readonly GraphRow[] = [],
): readonly Problem[] {
  const problems: Problem[] = [];
  transformGraph(fittedOn(typedOutputs(texts), batchOf(training)), problems);
  return problems;
}

/** What a graph makes of rows, row after row. */
export async function graphVector(
  tf: Awaited<ReturnType<typeof plainTfjs>>,
  graph: TransformGraph,
  rows: ColumnBatch,
): Promise<Float32Array> {
  const { strings: vocabulary } = graph.vocabulary;
  const outputs = [{ name: 'vector', node: graph.vector, shape: [-1, -1] }];
  const model = graphModel(graph.builder, outputs, { plumbline: { vocabulary } });
  const loaded = await loadGraph(tf, model);
  const feeds = graphFeeds(tf, model, rows);
  const answer = tf.tidy(() => loaded.execute(feeds, 'out/vector')) as { dataSync(): Float32Array };
  const vector = answer.dataSync().slice();
  tf.dispose([answer as never, ...Object.values(feeds)]);
  loaded.dispose();
  return vector;
}

/** Outputs `o0`, `o1`, … over {@link GRAPH_SCOPE}. */
export function typedOutputs(texts: readonly string[]): readonly TransformOutput[] {
  const problems: Problem[] = [];
  const documents = texts.map((expression, index) => ({ name: `o${index}`, expression }));
  const outputs = compileTransformOutputs(documents, GRAPH_SCOPE, problems);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return outputs;
}

export function fittedOn(outputs: readonly TransformOutput[], rows: ColumnBatch): FittedTransform {
  const inputs = [...GRAPH_SCOPE].map(([name, type]) => ({ name, type }));
  const fitting = new TransformFitting(outputs, inputs);
  while (!fitting.done) {
    fitting.add(rows, new BigInt64Array(rows.rowCount));
    fitting.finishPass();
  }
  return fitting.result();
}

export function batchOf(rows: readonly GraphRow[]): ColumnBatch {
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
