import { dataType } from '../compile/graph/graph-builder.js';
import type { GraphValues } from '../compile/graph/graph-value.js';
import type { Activation } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import type { Architecture } from './architecture.js';
import { type Parameter, parametersOf } from './parameters.js';
import type { ModelWeights } from './runtime.js';

/** Where a model begins in a graph: the node of its input, [rows, width]. */
export type VectorNode = { readonly values: GraphValues; readonly vector: string };

/**
 * The scores of a model as a node [rows, outputs]: the deep part through its layers, plus the wide part where there is one.
 * Throws INTERNAL for weights that are not the architecture's.
 */
export function scoreGraph(from: VectorNode, architecture: Architecture, weights: ModelWeights): string {
  const { layers, embeddings, wide, wideIndices } = parametersOf(architecture);
  const { deep, hiddenLayers, activation } = architecture;
  const tensor = (parameter: Parameter): string => tensorOf(parameter, weights, from.values);
  const float = (op: string, ...operands: readonly string[]): string => from.values.float(op, ...operands);
  const embedded = embeddings.map((parameter, place) =>
    rowsAt(from, deep.embeddings[place]!.slot, tensor(parameter)),
  );
  let result = joined(from, [...columnsAt(from, deep.numbers, architecture.width), ...embedded]);
  layers.forEach(({ weights: kernel, bias }, place) => {
    result = float('AddV2', product(from.values, result, tensor(kernel)), tensor(bias));
    if (place < hiddenLayers.length) result = float(ACTIVATIONS[activation], result);
  });
  const wideNumbers = wide === null ? [] : columnsAt(from, architecture.wide!.numbers, architecture.width);
  for (const numbers of wideNumbers)
    result = float('AddV2', result, product(from.values, numbers, tensor(wide!)));
  wideIndices.forEach((parameter, place) => {
    const { slot } = architecture.wide!.indices[place]!;
    result = float('AddV2', result, rowsAt(from, slot, tensor(parameter)));
  });
  return result;
}

const ACTIVATIONS: Record<Activation, string> = { relu: 'Relu', tanh: 'Tanh', sigmoid: 'Sigmoid' };

function product({ builder }: GraphValues, input: string, kernel: string): string {
  return builder.op('MatMul', [input, kernel], {
    T: dataType('float32'),
    transpose_a: { b: false },
    transpose_b: { b: false },
  });
}

/** These places of every row, [rows, places]; none is nothing, all are the vector. */
function columnsAt(
  { values, vector }: VectorNode,
  places: readonly number[],
  width: number,
): readonly string[] {
  if (places.length === 0) return [];
  return places.length === width ? [vector] : [gathered(values, vector, { places, shape: [places.length] })];
}

/** The rows of a table that the vector's place `slot` names. */
function rowsAt({ values, vector }: VectorNode, slot: number, table: string): string {
  return values.rowsOf(table, gathered(values, vector, { places: [slot], shape: [] }));
}

type Places = { readonly places: readonly number[]; readonly shape: readonly number[] };

function gathered({ builder }: GraphValues, vector: string, { places, shape }: Places): string {
  return builder.op('GatherV2', [vector, builder.integers(places, shape), builder.integers([1], [])], {
    Tparams: dataType('float32'),
    Tindices: dataType('int32'),
    Taxis: dataType('int32'),
  });
}

function joined({ values: { builder } }: VectorNode, parts: readonly string[]): string {
  if (parts.length === 1) return parts[0]!;
  return builder.op('ConcatV2', [...parts, builder.integers([1], [])], {
    N: { i: String(parts.length) },
    T: dataType('float32'),
    Tidx: dataType('int32'),
  });
}

function tensorOf({ name, shape }: Parameter, weights: ModelWeights, { builder }: GraphValues): string {
  const found = weights.find((tensor) => tensor.name === name);
  if (found !== undefined && String(found.shape) === String(shape))
    return builder.floats(found.values, shape);
  const held = weights.map((tensor) => `${tensor.name} [${tensor.shape}]`).join(', ');
  throw new PlumblineError(
    'INTERNAL',
    `the weights have no tensor "${name}" of shape [${shape}]; they hold ${held}`,
  );
}
