import type { Architecture } from './architecture.js';
import type { ModelWeights } from './runtime.js';
import { seededRandom } from './seeded-random.js';

/** One tensor of a model's parameters, all of which lie in one vector, one after the other. */
export type Parameter = {
  readonly name: string;
  readonly shape: readonly number[];
  /** Its first number's place in the vector. */
  readonly offset: number;
  readonly length: number;
  /** Whether l2 pulls it towards 0: a weight and no bias. */
  readonly isWeight: boolean;
  /** First values are uniform from −limit to limit. */
  readonly limit: number;
};

/** The parameters of a model, in the order of its vector. */
export type Parameters = {
  readonly all: readonly Parameter[];
  readonly length: number;
  /** Hidden layers and then the output layer: weights [inputs, units] and a bias a unit. */
  readonly layers: readonly { readonly weights: Parameter; readonly bias: Parameter }[];
  /** One a deep embedding: [size, dimension]. */
  readonly embeddings: readonly Parameter[];
  /** Of the wide numbers: [numbers, outputs]; null where there are none. */
  readonly wide: Parameter | null;
  /** One a wide index: [size, outputs]. */
  readonly wideIndices: readonly Parameter[];
};

/** Lays out the parameters of a model. */
export function parametersOf(architecture: Architecture): Parameters {
  const { deep, hiddenLayers, outputs, wide } = architecture;
  const all: Parameter[] = [];
  const add = (name: string, shape: readonly number[], limit: number): Parameter => {
    const last = all.at(-1);
    const offset = last === undefined ? 0 : last.offset + last.length;
    const length = shape.reduce((product, side) => product * side, 1);
    const added = { name, shape, offset, length, isWeight: shape.length > 1, limit };
    all.push(added);
    return added;
  };
  const widths = [deepWidth(architecture), ...hiddenLayers, outputs];
  const layers = widths.slice(1).map((units, place) => {
    const inputs = widths[place]!;
    const prefix = place < hiddenLayers.length ? `hidden${place + 1}.` : '';
    const limit = firstLimit(architecture, inputs, units);
    const weights = add(`${prefix}weights`, [inputs, units], limit);
    return { weights, bias: add(`${prefix}bias`, [units], 0) };
  });
  const embeddings = deep.embeddings.map(({ output, size, dimension }) =>
    add(`embedding.${output}`, [size, dimension], EMBEDDING_LIMIT),
  );
  const numbers = wide?.numbers.length ?? 0;
  const wideNumbers = numbers === 0 ? null : add('wide.weights', [numbers, outputs], 0);
  const wideIndices = (wide?.indices ?? []).map(({ slot, size }) => add(`wide.${slot}`, [size, outputs], 0));
  const length = all.reduce((total, each) => total + each.length, 0);
  return { all, length, layers, embeddings, wide: wideNumbers, wideIndices };
}

/** Numbers a row that enter the first layer. */
export function deepWidth({ deep }: Architecture): number {
  return deep.embeddings.reduce((width, { dimension }) => width + dimension, deep.numbers.length);
}

/** First parameters, decided by the seed alone; biases and linear models start at 0. */
export function firstValues({ all, length }: Parameters, seed: number): Float32Array {
  const random = seededRandom(seed);
  const values = new Float32Array(length);
  for (const { offset, length: count, limit } of all) {
    if (limit === 0) continue;
    for (let at = offset; at < offset + count; at++) values[at] = ((random() + 0.5) / 2 ** 31 - 1) * limit;
  }
  return values;
}

/** A vector of parameters as named tensors; a copy. */
export function weightsOf({ all }: Parameters, values: Float32Array): ModelWeights {
  return all.map(({ name, shape, offset, length }) => ({
    name,
    shape,
    values: values.slice(offset, offset + length),
  }));
}

/** Named tensors as a vector of parameters. */
export function valuesOf({ length, all }: Parameters, weights: ModelWeights): Float32Array {
  const values = new Float32Array(length);
  for (const [place, { offset }] of all.entries()) values.set(weights[place]!.values, offset);
  return values;
}

/** Keras's. */
const EMBEDDING_LIMIT = 0.05;

/**
 * The limit of a layer's first weights, as Keras and scikit-learn have it: Glorot and Bengio (2010), "Understanding the
 * difficulty of training deep feedforward neural networks"; 0 for a linear model, whose convex loss needs no luck.
 */
function firstLimit({ hiddenLayers }: Architecture, inputs: number, units: number): number {
  return hiddenLayers.length === 0 ? 0 : Math.sqrt(6 / (inputs + units));
}
