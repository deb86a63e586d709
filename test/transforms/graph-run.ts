import type { NamedTensorMap, Tensor, GraphModel as TfjsGraphModel } from '@tensorflow/tfjs';
import type { GraphModel } from '../../src/compile/graph/graph-model.js';
import { type ColumnBatch, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';

type Tf = typeof import('@tensorflow/tfjs');

/** Plain tfjs, with nothing of ours registered. */
export async function plainTfjs(backend: 'cpu' | 'wasm'): Promise<Tf> {
  const { default: tf } = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend(backend);
  if (tf.getBackend() !== backend) throw new Error(`tfjs runs on ${tf.getBackend()}, not on ${backend}`);
  return tf;
}

/** A graph in tfjs, from its two files. */
export function loadGraph(tf: Tf, { json, weights }: GraphModel): Promise<TfjsGraphModel> {
  const weightSpecs = json.weightsManifest.flatMap((group) => group.weights);
  const weightData = new Uint8Array(weights).buffer;
  const artifacts = { ...json, modelTopology: json.modelTopology, weightSpecs, weightData };
  return tf.loadGraphModel(tf.io.fromMemory(artifacts as never) as never);
}

/** Rows as the inputs of a graph, as its documentation says. */
export function graphFeeds(tf: Tf, { json }: GraphModel, rows: ColumnBatch): NamedTensorMap {
  const { vocabulary } = json.userDefinedMetadata['plumbline'] as { readonly vocabulary: readonly string[] };
  const feeds: Record<string, Tensor> = {};
  for (const [name, { dtype }] of Object.entries(json.signature.inputs)) {
    const column = rows.columns.get(name)!;
    const values = Array.from({ length: rows.rowCount }, (_, row) => valueAt(column, row));
    feeds[name] =
      dtype === 'DT_INT32'
        ? tf.tensor1d(
            values.map((value) => codeOf(value, vocabulary)),
            'int32',
          )
        : tf.tensor1d(
            values.map((value) => (value === null ? Number.NaN : Number(value))),
            'float32',
          );
  }
  return feeds;
}

function codeOf(value: Value, vocabulary: readonly string[]): number {
  if (value === null) return -1;
  const code = vocabulary.indexOf(value as string);
  return code < 0 ? vocabulary.length : code;
}
