import type { Architecture } from '../architecture.js';
import type { NetworkInputs } from '../network-inputs.js';
import { deepWidth, type Parameter, type Parameters, parametersOf } from '../parameters.js';
import type { NetworkEngine } from '../train-network.js';
import { scatter } from './scatter.js';
import { type Kernels, loadKernels } from './simd/kernels.js';
import { Arena, copyRows, filled } from './simd/memory.js';

/** Whether {@link simdEngine} carries a network: relu is the one activation that it has. */
export function isSimdNetwork({ hiddenLayers, activation }: Architecture): boolean {
  return hiddenLayers.length === 0 || activation === 'relu';
}

/**
 * A network on our own WebAssembly kernels: the training step beside tfjs's wasm backend, whose operations cost more around
 * the arithmetic than in it, and multiply transposed matrices element by element.
 */
export async function simdEngine(architecture: Architecture): Promise<NetworkEngine> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new SimdEngine(architecture, memory, await loadKernels(memory));
}

/** A layer's places in memory; units are filled up to a multiple of 4 with units that do nothing. */
type Layer = {
  readonly parameter: { readonly weights: Parameter; readonly bias: Parameter };
  readonly inputs: number;
  /** Numbers a row of the input's matrix, filling included. */
  readonly inputStride: number;
  readonly units: number;
  readonly stride: number;
  readonly weights: number;
  readonly bias: number;
  readonly transposed: number;
  readonly weightSlopes: number;
  readonly biasSlopes: number;
};

/** The parts of memory whose size depends on the rows of a batch. */
type Activations = {
  readonly rows: number;
  /** The input of each layer and then the scores. */
  readonly outputs: readonly number[];
  /** The slopes by each of them. */
  readonly slopes: readonly number[];
  readonly wide: number;
};

class SimdEngine implements NetworkEngine {
  private readonly parameters: Parameters;
  private readonly arena = new Arena();
  private readonly layers: readonly Layer[];
  private readonly wide: { readonly weights: number; readonly slopes: number };
  private readonly one: number;
  private readonly zeros: number;
  private readonly fixedBytes: number;
  private readonly gradient: Float32Array;
  private readonly scoreStride: number;
  private room: Activations | null = null;
  private last: NetworkInputs | null = null;
  private scoreRoom = new Float32Array(0);

  constructor(
    private readonly architecture: Architecture,
    private readonly memory: WebAssembly.Memory,
    private readonly kernels: Kernels,
  ) {
    this.parameters = parametersOf(architecture);
    this.gradient = new Float32Array(this.parameters.length);
    this.layers = this.layOut();
    this.scoreStride = filled(architecture.outputs);
    const wide = (architecture.wide?.numbers.length ?? 0) * this.scoreStride;
    this.wide = { weights: this.arena.take(wide), slopes: this.arena.take(wide) };
    this.one = this.arena.take(4);
    const widest = Math.max(...this.layers.flatMap(({ stride, inputStride }) => [stride, inputStride]));
    this.zeros = this.arena.take(widest);
    this.fixedBytes = this.arena.bytes;
    this.reserve();
    this.floats(this.one, 1).fill(1);
  }

  forward(values: Float32Array, inputs: NetworkInputs): Float32Array {
    const room = this.roomFor(inputs.rows);
    this.last = inputs;
    this.writeParameters(values);
    this.writeInputs(values, inputs, room);
    for (const [place, layer] of this.layers.entries()) {
      const [x, c] = [room.outputs[place]!, room.outputs[place + 1]!];
      const { weights, bias, inputStride, stride, inputs: terms } = layer;
      this.kernels.multiply(
        ...([x, 4, 4 * inputStride, weights, 4 * stride] as const),
        ...([bias, 0, c, 4 * stride, inputs.rows, stride, terms] as const),
      );
      if (place < this.layers.length - 1) this.kernels.relu(c, c + 4 * stride * inputs.rows);
    }
    return this.scores(values, inputs, room);
  }

  backward(errors: Float32Array): Float32Array {
    const { last, room, gradient } = this;
    if (last === null || room === null) throw new Error('backward needs a forward pass before it');
    gradient.fill(0);
    this.writeErrors(errors, room.slopes.at(-1)!);
    this.wideSlopes(errors, last, room);
    for (let place = this.layers.length - 1; place >= 0; place--) {
      this.parameterSlopes(place, last.rows, room);
      if (place > 0 || this.parameters.embeddings.length > 0) this.inputSlopes(place, last.rows, room);
    }
    this.embeddingSlopes(last, room);
    return gradient;
  }

  close(): void {
    this.last = null;
  }

  private layOut(): readonly Layer[] {
    let inputs = deepWidth(this.architecture);
    let isFirst = true;
    return this.parameters.layers.map((parameter) => {
      const units = parameter.bias.length;
      const stride = filled(units);
      const inputStride = filled(inputs);
      const layer = {
        parameter,
        inputs,
        inputStride: isFirst ? inputs : inputStride,
        units,
        stride,
        weights: this.arena.take(inputStride * stride),
        bias: this.arena.take(stride),
        transposed: this.arena.take(inputStride * stride),
        weightSlopes: this.arena.take(inputStride * stride),
        biasSlopes: this.arena.take(stride),
      };
      inputs = units;
      isFirst = false;
      return layer;
    });
  }

  /** Places for batches of so many rows, as many as there ever were. */
  private roomFor(rows: number): Activations {
    if (this.room !== null && this.room.rows >= rows) return this.room;
    this.arena.rewind(this.fixedBytes);
    const first = this.layers[0]!;
    const widths = [filled(first.inputs), ...this.layers.map(({ stride }) => stride)];
    const take = (width: number): number => this.arena.take(width * rows);
    const wide = take(this.architecture.wide?.numbers.length ?? 0);
    this.room = { rows, outputs: widths.map(take), slopes: widths.map(take), wide };
    this.reserve();
    return this.room;
  }

  private reserve(): void {
    const missing = this.arena.bytes - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES));
  }

  private floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  private writeParameters(values: Float32Array): void {
    for (const { parameter, stride, units, inputs, weights, bias } of this.layers) {
      const rows = values.subarray(parameter.weights.offset);
      copyRows(rows, units, { to: this.floats(weights, inputs * stride), stride, rows: inputs });
      this.floats(bias, units).set(values.subarray(parameter.bias.offset, parameter.bias.offset + units));
    }
    const { wide } = this.parameters;
    if (wide === null) return;
    const [rows, width] = [wide.shape[0]!, wide.shape[1]!];
    const to = this.floats(this.wide.weights, rows * this.scoreStride);
    copyRows(values.subarray(wide.offset), width, { to, stride: this.scoreStride, rows });
  }

  private writeInputs(values: Float32Array, inputs: NetworkInputs, room: Activations): void {
    const { rows, numbers, indices } = inputs;
    const width = this.layers[0]!.inputs;
    const to = this.floats(room.outputs[0]!, rows * width);
    let from = rows === 0 ? 0 : numbers.length / rows;
    if (from === width) to.set(numbers);
    else copyRows(numbers, from, { to, stride: width, rows });
    for (const [i, { offset, shape }] of this.parameters.embeddings.entries()) {
      const dimension = shape[1]!;
      for (let row = 0; row < rows; row++) {
        const at = offset + indices[i]![row]! * dimension;
        for (let d = 0; d < dimension; d++) to[row * width + from + d] = values[at + d]!;
      }
      from += dimension;
    }
    this.floats(room.wide, inputs.wideNumbers.length).set(inputs.wideNumbers);
  }

  private scores(
    values: Float32Array,
    { rows, wideIndices }: NetworkInputs,
    room: Activations,
  ): Float32Array {
    const { outputs } = this.architecture;
    const stride = this.scoreStride;
    const c = room.outputs.at(-1)!;
    const terms = this.architecture.wide?.numbers.length ?? 0;
    if (terms > 0) {
      this.kernels.multiply(
        ...([room.wide, 4, 4 * terms, this.wide.weights, 4 * stride] as const),
        ...([c, 4 * stride, c, 4 * stride, rows, stride, terms] as const),
      );
    }
    const all = this.floats(c, rows * stride);
    if (this.scoreRoom.length < rows * outputs) this.scoreRoom = new Float32Array(rows * outputs);
    const scores = this.scoreRoom.subarray(0, rows * outputs);
    for (let row = 0; row < rows; row++) {
      for (let output = 0; output < outputs; output++) {
        let score = all[row * stride + output]!;
        for (let i = 0; i < wideIndices.length; i++) {
          const { offset } = this.parameters.wideIndices[i]!;
          score = Math.fround(score + values[offset + wideIndices[i]![row]! * outputs + output]!);
        }
        scores[row * outputs + output] = score;
      }
    }
    return scores;
  }

  private writeErrors(errors: Float32Array, address: number): void {
    const { outputs } = this.architecture;
    const rows = errors.length / outputs;
    const to = this.floats(address, rows * this.scoreStride);
    copyRows(errors, outputs, { to, stride: this.scoreStride, rows });
  }

  /** Slopes by the weights and biases of a layer: its input, transposed, times the slopes by its output. */
  private parameterSlopes(place: number, rows: number, room: Activations): void {
    const { parameter, inputs, inputStride, units, stride, weightSlopes, biasSlopes } = this.layers[place]!;
    const [x, y] = [room.outputs[place]!, room.slopes[place + 1]!];
    for (let from = 0; from < rows; from += TERMS_AT_ONCE) {
      const terms = Math.min(TERMS_AT_ONCE, rows - from);
      const [xFrom, yFrom] = [x + 4 * from * inputStride, y + 4 * from * stride];
      const start = (address: number, byRow: number): readonly [number, number] =>
        from === 0 ? [this.zeros, 0] : [address, byRow];
      this.kernels.multiply(
        ...([xFrom, 4 * inputStride, 4, yFrom, 4 * stride] as const),
        ...start(weightSlopes, 4 * stride),
        ...([weightSlopes, 4 * stride, inputs, stride, terms] as const),
      );
      this.kernels.multiply(
        ...([this.one, 0, 0, yFrom, 4 * stride] as const),
        ...start(biasSlopes, 0),
        ...([biasSlopes, 0, 1, stride, terms] as const),
      );
    }
    const to = this.gradient.subarray(parameter.weights.offset);
    const slopes = this.floats(weightSlopes, inputs * stride);
    for (let row = 0; row < inputs; row++)
      to.set(slopes.subarray(row * stride, row * stride + units), row * units);
    this.gradient.set(this.floats(biasSlopes, units), parameter.bias.offset);
  }

  /** Slopes by the input of a layer: those by its output times its weights, transposed; before relu they pass where it did. */
  private inputSlopes(place: number, rows: number, room: Activations): void {
    const { inputs, stride, units, weights, transposed } = this.layers[place]!;
    const width = filled(inputs);
    const from = this.floats(weights, inputs * stride);
    const to = this.floats(transposed, width * units);
    for (let input = 0; input < inputs; input++) {
      for (let unit = 0; unit < units; unit++) to[unit * width + input] = from[input * stride + unit]!;
    }
    const [x, c] = [room.slopes[place + 1]!, room.slopes[place]!];
    this.kernels.multiply(
      ...([x, 4, 4 * stride, transposed, 4 * width] as const),
      ...([this.zeros, 0, c, 4 * width, rows, width, units] as const),
    );
    if (place > 0) this.kernels.reluSlopes(c, c + 4 * width * rows, room.outputs[place]!);
  }

  private wideSlopes(errors: Float32Array, { rows, wideIndices }: NetworkInputs, room: Activations): void {
    const { outputs } = this.architecture;
    for (const [i, parameter] of this.parameters.wideIndices.entries()) {
      scatter(this.gradient, parameter, wideIndices[i]!, { slopes: errors, width: outputs, from: 0 });
    }
    const { wide } = this.parameters;
    if (wide === null) return;
    const inputs = wide.shape[0]!;
    const stride = 4 * this.scoreStride;
    this.kernels.multiply(
      ...([room.wide, 4 * inputs, 4, room.slopes.at(-1)!, stride] as const),
      ...([this.zeros, 0, this.wide.slopes, stride, inputs, this.scoreStride, rows] as const),
    );
    const slopes = this.floats(this.wide.slopes, inputs * this.scoreStride);
    for (let row = 0; row < inputs; row++) {
      const from = row * this.scoreStride;
      this.gradient.set(slopes.subarray(from, from + outputs), wide.offset + row * outputs);
    }
  }

  private embeddingSlopes({ rows, indices }: NetworkInputs, room: Activations): void {
    const width = filled(this.layers[0]!.inputs);
    const slopes = this.floats(room.slopes[0]!, rows * width);
    let from = this.architecture.deep.numbers.length;
    for (const [i, parameter] of this.parameters.embeddings.entries()) {
      scatter(this.gradient, parameter, indices[i]!, { slopes, width, from });
      from += parameter.shape[1]!;
    }
  }
}

/** Rows that one pass of a weight's slopes sums, so that they stay in the processor's nearest cache. */
const TERMS_AT_ONCE = 128;

const PAGE_BYTES = 65_536;
