import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { PlumblineError } from '../../definition/error.js';
import type { Architecture } from '../architecture.js';
import type {
  Examples,
  Matrix,
  ModelRuntime,
  ModelWeights,
  Predictor,
  RuntimeDescription,
  TrainedWeights,
  TrainingRun,
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

  async train(run: TrainingRun): Promise<TrainedWeights> {
    return trainLinear(await this.tf(), run);
  }

  async load(architecture: Architecture, weights: ModelWeights): Promise<Predictor> {
    return new LinearPredictor(await this.tf(), architecture, weights);
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

/**
 * Linear models by mini-batch Adam. The gradient of the mean loss is written out, Xᵀ(p − y) / n, plus l2 · w, with p the
 * scores behind σ, softmax or nothing; weights start at zero, where a convex loss needs no luck.
 */
function trainLinear(tf: Tf, { trainer, architecture, training, onEpoch }: TrainingRun): TrainedWeights {
  const { outputs, task } = architecture;
  if (architecture.hiddenLayers.length > 0) {
    throw new PlumblineError('TRAINING_FAILED', 'hidden layers are not trained yet; train a linear model');
  }
  const weights = tf.variable(tf.zeros<Rank.R2>([training.inputs.width, outputs]));
  const bias = tf.variable(tf.zeros<Rank.R1>([outputs]));
  const optimizer = tf.train.adam(trainer.learningRate);
  const expected = (scores: Tensor2D): Tensor2D => {
    if (task === 'regression') return scores;
    return task === 'binary' ? scores.sigmoid() : scores.softmax();
  };
  const step = (inputs: Matrix, targets: Float32Array): void => {
    const x = tf.tensor2d(inputs.values, [inputs.rows, inputs.width]);
    const y =
      task === 'multiClass'
        ? tf.oneHot(tf.tensor1d(Int32Array.from(targets), 'int32'), outputs)
        : tf.tensor2d(targets, [inputs.rows, 1]);
    const error = expected(scoresOf(x, weights, bias))
      .sub(y)
      .div(inputs.rows);
    const slope = tf.matMul(x, error, true, false).add(weights.mul(trainer.l2));
    optimizer.applyGradients([
      { name: weights.name, tensor: slope },
      { name: bias.name, tensor: error.sum(0) },
    ]);
  };
  const nextOrder = seededShuffle(training.inputs.rows, trainer.seed);
  for (let epoch = 1; epoch <= trainer.epochs; epoch++) {
    for (const batch of miniBatches(training, nextOrder(), trainer.batchSize)) {
      tf.tidy(() => step(batch.inputs, batch.targets));
    }
    onEpoch(epoch);
  }
  const trained = [
    { name: 'weights', shape: weights.shape, values: Float32Array.from(weights.dataSync()) },
    { name: 'bias', shape: bias.shape, values: Float32Array.from(bias.dataSync()) },
  ];
  tf.dispose([weights, bias]);
  optimizer.dispose();
  return { weights: trained, run: trainer.epochs, best: trainer.epochs };
}

function scoresOf(x: Tensor2D, weights: Tensor2D, bias: Tensor1D): Tensor2D {
  return x.matMul(weights).add(bias);
}

/** The examples in `order`, `batchSize` at a time; a batch holds until the next one is taken: its memory is used again. */
function* miniBatches(
  { inputs, targets }: Examples,
  order: Uint32Array,
  batchSize: number,
): Iterable<{ readonly inputs: Matrix; readonly targets: Float32Array }> {
  const { width } = inputs;
  const largest = Math.min(batchSize, order.length);
  const values = new Float32Array(largest * width);
  const chosenTargets = new Float32Array(largest);
  for (let from = 0; from < order.length; from += batchSize) {
    const chosen = order.subarray(from, from + batchSize);
    const rows = chosen.length;
    chosen.forEach((row, to) => {
      values.set(inputs.values.subarray(row * width, (row + 1) * width), to * width);
      chosenTargets[to] = targets[row]!;
    });
    const batch = { rows, width, values: values.subarray(0, rows * width) };
    yield { inputs: batch, targets: chosenTargets.subarray(0, rows) };
  }
}

class LinearPredictor implements Predictor {
  private readonly weights: Tensor2D;
  private readonly bias: Tensor1D;

  constructor(
    private readonly tf: Tf,
    private readonly architecture: Architecture,
    weights: ModelWeights,
  ) {
    const [slope, bias] = weights;
    this.weights = tf.tensor2d(slope!.values, [architecture.width, architecture.outputs]);
    this.bias = tf.tensor1d(bias!.values);
  }

  predict(inputs: Matrix): Matrix {
    const { tf, architecture } = this;
    const { rows } = inputs;
    const width = architecture.outputs;
    if (rows === 0) return { rows, width, values: new Float32Array(0) };
    return tf.tidy(() => {
      const x = tf.tensor2d(inputs.values, [rows, inputs.width]);
      return { rows, width, values: Float32Array.from(scoresOf(x, this.weights, this.bias).dataSync()) };
    });
  }

  close(): void {
    this.tf.dispose([this.weights, this.bias]);
  }
}
