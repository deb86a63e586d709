import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Activation } from '../../definition/document.js';
import type { Architecture } from '../architecture.js';
import type { NetworkInputs } from '../network-inputs.js';
import { type Parameter, type Parameters, parametersOf } from '../parameters.js';
import type { NetworkEngine } from '../train-network.js';
import { scatter } from './scatter.js';

export type Tf = typeof import('@tensorflow/tfjs');

/**
 * A network of tfjs operations on whichever backend it runs, the backward pass written out. What it learns lies outside, in
 * one vector: a step sends it in and takes the slopes out, so that embeddings need no operation that a backend lacks.
 */
export class TfEngine implements NetworkEngine {
  private readonly parameters: Parameters;
  private readonly gradient: Float32Array;
  private readonly graph: Graph;
  private last: { readonly pass: Pass; readonly inputs: NetworkInputs } | null = null;

  constructor(
    private readonly tf: Tf,
    architecture: Architecture,
  ) {
    this.parameters = parametersOf(architecture);
    this.gradient = new Float32Array(this.parameters.length);
    this.graph = { tf, architecture, parameters: this.parameters };
  }

  forward(values: Float32Array, inputs: NetworkInputs): Float32Array {
    this.forget();
    const { tf, graph } = this;
    const pass = tf.tidy(() => forwardPass(graph, parameterTensors(graph, values), inputs));
    this.last = { pass, inputs };
    return pass.scores.dataSync<'float32'>();
  }

  backward(errors: Float32Array): Float32Array {
    const { tf, last, gradient } = this;
    if (last === null) throw new Error('backward needs a forward pass before it');
    gradient.fill(0);
    tf.tidy(() => backwardPass(this.graph, { ...last, errors, gradient }));
    return gradient;
  }

  close(): void {
    this.forget();
  }

  private forget(): void {
    if (this.last !== null) this.tf.dispose(this.last.pass);
    this.last = null;
  }
}

export type Graph = {
  readonly tf: Tf;
  readonly architecture: Architecture;
  readonly parameters: Parameters;
};

/** What a forward pass leaves behind for the backward pass: the input of each layer, the weights of each, and so on. */
type Pass = { layers: Tensor2D[]; weights: Tensor2D[]; wide: Tensor2D; scores: Tensor2D };

type ParameterTensors = ReadonlyMap<Parameter, Tensor>;

/** Every parameter as a tensor of its own shape: the backend's fused operations ask for biases that never had another. */
export function parameterTensors({ tf, parameters }: Graph, values: Float32Array): ParameterTensors {
  const tensorOf = ({ offset, length, shape }: Parameter): Tensor =>
    tf.tensor(values.subarray(offset, offset + length), [...shape]);
  return new Map(parameters.all.map((parameter) => [parameter, tensorOf(parameter)]));
}

/** The scores of rows, and what the backward pass needs. */
export function forwardPass(graph: Graph, tensors: ParameterTensors, inputs: NetworkInputs): Pass {
  const { tf, architecture, parameters } = graph;
  const tensor = (parameter: Parameter): Tensor2D => tensors.get(parameter) as Tensor2D;
  const layers: Tensor2D[] = [deepInput(graph, tensor, inputs)];
  const weights: Tensor2D[] = [];
  let scores = layers[0]!;
  parameters.layers.forEach(({ weights: parameter, bias }, place) => {
    const b = tensor(parameter);
    const isHidden = place < architecture.hiddenLayers.length;
    weights.push(b);
    const sum = tf.fused.matMul({ a: scores, b, bias: tensors.get(bias)! }) as Tensor2D;
    scores = isHidden ? ACTIVATIONS[architecture.activation].of(sum) : sum;
    if (isHidden) layers.push(scores);
  });
  const wideCount = architecture.wide?.numbers.length ?? 0;
  const wide = tf.tensor2d(inputs.wideNumbers, [inputs.rows, wideCount]);
  if (parameters.wide !== null) scores = scores.add(wide.matMul(tensor(parameters.wide)));
  parameters.wideIndices.forEach((parameter, place) => {
    scores = scores.add(tensor(parameter).gather(tf.tensor1d(inputs.wideIndices[place]!, 'int32')));
  });
  return { layers, weights, wide, scores };
}

function deepInput(
  { tf, architecture, parameters }: Graph,
  tensor: (parameter: Parameter) => Tensor2D,
  { rows, numbers, indices }: NetworkInputs,
): Tensor2D {
  const embedded = parameters.embeddings.map(
    (parameter, place) => tensor(parameter).gather(tf.tensor1d(indices[place]!, 'int32')) as Tensor2D,
  );
  const width = architecture.deep.numbers.length;
  if (width === 0) return tf.concat2d(embedded, 1);
  const x = tf.tensor2d(numbers, [rows, width]);
  return embedded.length === 0 ? x : tf.concat2d([x, ...embedded], 1);
}

type Backward = {
  readonly pass: Pass;
  readonly inputs: NetworkInputs;
  readonly errors: Float32Array;
  readonly gradient: Float32Array;
};

function backwardPass({ tf, architecture, parameters }: Graph, backward: Backward): void {
  const { pass, inputs, errors, gradient } = backward;
  const { layers, weights, wide } = pass;
  const take = ({ offset }: Parameter, slope: { dataSync(): ArrayLike<number> }): void =>
    gradient.set(slope.dataSync(), offset);
  let slope = tf.tensor2d(errors, [inputs.rows, architecture.outputs]);
  if (parameters.wide !== null) take(parameters.wide, wide.transpose().matMul(slope));
  parameters.wideIndices.forEach((parameter, place) => {
    const rows = { slopes: errors, width: architecture.outputs, from: 0 };
    scatter(gradient, parameter, inputs.wideIndices[place]!, rows);
  });
  for (let place = parameters.layers.length - 1; place >= 0; place--) {
    const input = layers[place]!;
    take(parameters.layers[place]!.weights, input.transpose().matMul(slope));
    take(parameters.layers[place]!.bias, slope.sum(0));
    if (place === 0 && parameters.embeddings.length === 0) return;
    slope = tf.matMul<Tensor2D>(slope, weights[place]!.transpose());
    if (place > 0) slope = slope.mul<Tensor2D>(ACTIVATIONS[architecture.activation].slope(tf, input));
  }
  const width = layers[0]!.shape[1];
  const slopes = slope.dataSync() as Float32Array;
  let from = architecture.deep.numbers.length;
  parameters.embeddings.forEach((parameter, place) => {
    scatter(gradient, parameter, inputs.indices[place]!, { slopes, width, from });
    from += parameter.shape[1]!;
  });
}

type Rule = {
  readonly of: (sum: Tensor2D) => Tensor2D;
  /** The slope, from what `of` gave. */
  readonly slope: (tf: Tf, output: Tensor2D) => Tensor2D;
};

const ACTIVATIONS: Record<Activation, Rule> = {
  relu: { of: (sum) => sum.relu(), slope: (_, output) => output.step() },
  tanh: { of: (sum) => sum.tanh(), slope: (tf, output) => tf.sub<Tensor2D>(1, output.square()) },
  sigmoid: { of: (sum) => sum.sigmoid(), slope: (tf, output) => output.mul(tf.sub<Tensor2D>(1, output)) },
};
