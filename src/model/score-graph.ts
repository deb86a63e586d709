import { dataType } from '../compile/graph/graph-builder.js';
import type { GraphValues } from '../compile/graph/graph-value.js';
import { PlumblineError } from '../definition/error.js';
import type { Architecture } from './architecture.js';
import type { ModelWeights, WeightTensor } from './runtime.js';

/** Where a model begins in a graph: the node of its input, [rows, width]. */
export type VectorNode = { readonly values: GraphValues; readonly vector: string };

/** The scores of a model as a node [rows, outputs]. Throws INTERNAL for weights that are not the architecture's. */
export function scoreGraph(
  { values, vector }: VectorNode,
  architecture: Architecture,
  weights: ModelWeights,
): string {
  const kernel = tensorOf(weights, 'weights', [architecture.width, architecture.outputs]);
  const bias = tensorOf(weights, 'bias', [architecture.outputs]);
  return affine(values, vector, { kernel, bias });
}

type Layer = { readonly kernel: WeightTensor; readonly bias: WeightTensor };

function affine({ builder }: GraphValues, input: string, { kernel, bias }: Layer): string {
  const product = builder.op('MatMul', [input, builder.floats(kernel.values, kernel.shape)], {
    T: dataType('float32'),
    transpose_a: { b: false },
    transpose_b: { b: false },
  });
  return builder.op('AddV2', [product, builder.floats(bias.values, bias.shape)], { T: dataType('float32') });
}

function tensorOf(weights: ModelWeights, name: string, shape: readonly number[]): WeightTensor {
  const found = weights.find((tensor) => tensor.name === name);
  if (found !== undefined && String(found.shape) === String(shape)) return found;
  throw new PlumblineError(
    'INTERNAL',
    `the weights have no tensor "${name}" of shape [${shape}]; they hold ${weights.map((tensor) => `${tensor.name} [${tensor.shape}]`).join(', ')}`,
  );
}
