import type { Rank, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { TrainerDocument } from '../../definition/document.js';
import { PlumblineError } from '../../definition/error.js';
import type {
  Examples,
  Matrix,
  ModelRuntime,
  ModelWeights,
  Predictor,
  RuntimeDescription,
} from '../runtime.js';
import { seededShuffle } from '../shuffle.js';

type Tf = typeof import('@tensorflow/tfjs');

/** TensorFlow.js on its WebAssembly backend, one thread: no binary to install, and the same bits on every run. */
export class TfjsRuntime implements ModelRuntime {
  private loaded: Promise<Tf> | null = null;

  async describe(): Promise<RuntimeDescription> {
    const tf = await this.tf();
    return { backend: tf.getBackend(), libraries: { '@tensorflow/tfjs': tf.version.tfjs } };
  }

  async train(
    trainer: Required<TrainerDocument>,
    examples: Examples,
    onEpoch: (epoch: number) => void,
  ): Promise<ModelWeights> {
    return trainLogisticRegression(await this.tf(), { trainer, examples, onEpoch });
  }

  async load(_kind: TrainerDocument['kind'], weights: ModelWeights): Promise<Predictor> {
    return new LogisticPredictor(await this.tf(), weights);
  }

  private tf(): Promise<Tf> {
    this.loaded ??= loadTf();
    return this.loaded;
  }
}

/** Loading takes 0.1 to 1 s, so it waits for the first model. */
async function loadTf(): Promise<Tf> {
  const { default: tf } = await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-wasm');
  // With threads on, the backend fails to start in Node and tfjs would silently go on in plain JavaScript.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await withoutProcessHandlers(() => tf.setBackend(BACKEND));
  if (tf.getBackend() === BACKEND) return tf;
  throw new PlumblineError(
    'INTERNAL',
    `the tfjs backend is "${tf.getBackend()}" and not "${BACKEND}"; reinstall @tensorflow/tfjs-backend-wasm`,
  );
}

/** The wasm module takes over `uncaughtException` and `unhandledRejection` of the whole process; this takes them back. */
async function withoutProcessHandlers(start: () => Promise<unknown>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = new Set(events.flatMap((event) => process.rawListeners(event)));
  await start();
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.has(listener)) process.off(event, listener as () => void);
    }
  }
}

const BACKEND = 'wasm';

type TrainingRun = {
  readonly trainer: Required<TrainerDocument>;
  readonly examples: Examples;
  readonly onEpoch: (epoch: number) => void;
};

/**
 * Logistic regression by mini-batch Adam. The gradient of the mean log loss is written out, Xᵀ(σ(Xw + b) − y) / n, plus
 * l2 · w; weights start at zero, where a convex loss needs no luck.
 */
function trainLogisticRegression(tf: Tf, run: TrainingRun): ModelWeights {
  const { trainer, examples, onEpoch } = run;
  const weights = tf.variable(tf.zeros<Rank.R2>([examples.inputs.width, 1]));
  const bias = tf.variable(tf.zeros<Rank.R1>([1]));
  const optimizer = tf.train.adam(trainer.learningRate);
  const step = (inputs: Matrix, labels: Float32Array): void => {
    const x = tf.tensor2d(inputs.values, [inputs.rows, inputs.width]);
    const y = tf.tensor2d(labels, [inputs.rows, 1]);
    const error = probabilities(x, weights, bias).sub(y).div(inputs.rows);
    const slope = tf.matMul(x, error, true, false).add(weights.mul(trainer.l2));
    optimizer.applyGradients([
      { name: weights.name, tensor: slope },
      { name: bias.name, tensor: error.sum(0) },
    ]);
  };
  const nextOrder = seededShuffle(examples.inputs.rows, trainer.seed);
  for (let epoch = 1; epoch <= trainer.epochs; epoch++) {
    for (const batch of miniBatches(examples, nextOrder(), trainer.batchSize)) {
      tf.tidy(() => step(batch.inputs, batch.labels));
    }
    onEpoch(epoch);
  }
  const trained = [
    { name: 'weights', shape: weights.shape, values: Float32Array.from(weights.dataSync()) },
    { name: 'bias', shape: bias.shape, values: Float32Array.from(bias.dataSync()) },
  ];
  tf.dispose([weights, bias]);
  optimizer.dispose();
  return trained;
}

function probabilities(x: Tensor2D, weights: Tensor2D, bias: Tensor1D): Tensor {
  return x.matMul(weights).add(bias).sigmoid();
}

/** The examples in `order`, `batchSize` at a time; a batch holds until the next one is taken: its memory is used again. */
function* miniBatches(
  { inputs, labels }: Examples,
  order: Uint32Array,
  batchSize: number,
): Iterable<{ readonly inputs: Matrix; readonly labels: Float32Array }> {
  const { width } = inputs;
  const largest = Math.min(batchSize, order.length);
  const values = new Float32Array(largest * width);
  const chosenLabels = new Float32Array(largest);
  for (let from = 0; from < order.length; from += batchSize) {
    const chosen = order.subarray(from, from + batchSize);
    const rows = chosen.length;
    chosen.forEach((row, to) => {
      values.set(inputs.values.subarray(row * width, (row + 1) * width), to * width);
      chosenLabels[to] = labels[row]!;
    });
    const batch = { rows, width, values: values.subarray(0, rows * width) };
    yield { inputs: batch, labels: chosenLabels.subarray(0, rows) };
  }
}

class LogisticPredictor implements Predictor {
  private readonly weights: Tensor2D;
  private readonly bias: Tensor1D;

  constructor(
    private readonly tf: Tf,
    weights: ModelWeights,
  ) {
    const [slope, bias] = weights;
    this.weights = tf.tensor2d(slope!.values, [slope!.values.length, 1]);
    this.bias = tf.tensor1d(bias!.values);
  }

  predict(inputs: Matrix): Float32Array {
    const { tf } = this;
    if (inputs.rows === 0) return new Float32Array(0);
    return tf.tidy(() => {
      const x = tf.tensor2d(inputs.values, [inputs.rows, inputs.width]);
      return Float32Array.from(probabilities(x, this.weights, this.bias).dataSync());
    });
  }

  close(): void {
    this.tf.dispose([this.weights, this.bias]);
  }
}
