import type { Trainer } from '../compile/model-trainer.js';
import { PlumblineError } from '../definition/error.js';
import { Adam } from './adam.js';
import type { Architecture } from './architecture.js';
import { lossOf } from './loss.js';
import { batcher, type NetworkInputs, networkInputs, rowsBetween } from './network-inputs.js';
import { firstValues, type Parameters, parametersOf, weightsOf } from './parameters.js';
import type { Examples, TrainedWeights, TrainingRun } from './runtime.js';
import { seededShuffle } from './shuffle.js';

/** What computes a model's scores and the slopes of its loss, on one backend. */
export interface NetworkEngine {
  /** The scores of rows under the parameters `values`, row after row; they hold until the next call. */
  forward(values: Float32Array, inputs: NetworkInputs): Float32Array;
  /** The slopes by every parameter, from the loss's by every score of the last `forward`; they hold until the next call. */
  backward(errors: Float32Array): Float32Array;
  close(): void;
}

/**
 * Trains by mini-batches and Adam: a batch's gradient is that of its mean loss. With early stopping the validation loss
 * decides after every epoch, and the best epoch's parameters stay. Throws TRAINING_FAILED when the loss is not finite.
 */
export function trainNetwork(engine: NetworkEngine, run: TrainingRun): TrainedWeights {
  const { trainer, architecture, training, validation, onEpoch } = run;
  const parameters = parametersOf(architecture);
  const values = firstValues(parameters, trainer.seed);
  const pass = epochOf(engine, { trainer, architecture, training, parameters });
  const stopping =
    trainer.earlyStopping === undefined || validation === null
      ? null
      : new Stopping(trainer.earlyStopping, measureOf(engine, architecture, validation));
  let epoch = 0;
  let loss = 0;
  while (epoch < trainer.epochs && !(stopping?.done ?? false)) {
    epoch++;
    loss = pass(values);
    requireFinite(loss, epoch);
    stopping?.hear(epoch, values);
    onEpoch(epoch);
  }
  const { best, kept } = stopping ?? { best: epoch, kept: values };
  return { weights: weightsOf(parameters, kept), run: epoch, best, loss };
}

type Pass = {
  readonly trainer: Trainer;
  readonly architecture: Architecture;
  readonly training: Examples;
  readonly parameters: Parameters;
};

/** One pass over the examples in the next order; answers the mean loss along the way. */
function epochOf(
  engine: NetworkEngine,
  { trainer, architecture, training, parameters }: Pass,
): (values: Float32Array) => number {
  const { rows } = training.inputs;
  const { task, outputs } = architecture;
  const size = Math.min(trainer.batchSize, rows);
  const batchOf = batcher(networkInputs(architecture, training.inputs), size);
  const nextOrder = seededShuffle(rows, trainer.seed);
  const adam = new Adam(parameters, trainer);
  const errors = new Float32Array(size * outputs);
  const targetsOf = picker(training.targets, size);
  const weightsOfRows = training.weights === null ? () => null : picker(training.weights, size);
  return (values) => {
    const order = nextOrder();
    let total = 0;
    for (let from = 0; from < rows; from += size) {
      const chosen = order.subarray(from, from + size);
      const into = errors.subarray(0, chosen.length * outputs);
      const scores = engine.forward(values, batchOf(chosen));
      const wanted = { outputs, scores, targets: targetsOf(chosen), weights: weightsOfRows(chosen) };
      total += lossOf(task, wanted, { into, scale: 1 / chosen.length });
      adam.step(values, engine.backward(into));
    }
    return total / rows;
  };
}

/** Picks numbers of chosen rows; they hold until the next pick: their memory is used again. */
function picker(values: Float32Array, largest: number): (rows: Uint32Array) => Float32Array {
  const memory = new Float32Array(largest);
  return (rows) => {
    for (let to = 0; to < rows.length; to++) memory[to] = values[rows[to]!]!;
    return memory.subarray(0, rows.length);
  };
}

/** Rows that are scored at once where nothing is learnt from them. */
const ROWS_AT_ONCE = 4096;

/** Measures the mean loss over examples. */
function measureOf(
  engine: NetworkEngine,
  { task, outputs, ...architecture }: Architecture,
  { inputs: vectors, targets, weights }: Examples,
): (values: Float32Array) => number {
  const inputs = networkInputs({ task, outputs, ...architecture }, vectors);
  return (values) => {
    let total = 0;
    for (let from = 0; from < inputs.rows; from += ROWS_AT_ONCE) {
      const to = Math.min(from + ROWS_AT_ONCE, inputs.rows);
      total += lossOf(task, {
        outputs,
        scores: engine.forward(values, rowsBetween(inputs, from, to)),
        targets: targets.subarray(from, to),
        weights: weights?.subarray(from, to) ?? null,
      });
    }
    return total / inputs.rows;
  };
}

/** Keeps the parameters of the least loss, and says when it has not fallen for long enough. */
class Stopping {
  best = 0;
  kept = new Float32Array(0);
  private least = Number.POSITIVE_INFINITY;
  private lastFall = 0;
  private epoch = 0;

  constructor(
    private readonly rule: { readonly patience: number; readonly minDelta: number },
    private readonly measure: (values: Float32Array) => number,
  ) {}

  get done(): boolean {
    return this.epoch - this.lastFall >= this.rule.patience;
  }

  hear(epoch: number, values: Float32Array): void {
    this.epoch = epoch;
    const loss = this.measure(values);
    requireFinite(loss, epoch);
    if (loss >= this.least) return;
    // A fall that is too small keeps the parameters, but not the patience.
    if (this.least - loss > this.rule.minDelta) this.lastFall = epoch;
    this.least = loss;
    this.best = epoch;
    this.kept = values.slice();
  }
}

function requireFinite(loss: number, epoch: number): void {
  if (Number.isFinite(loss)) return;
  throw new PlumblineError(
    'TRAINING_FAILED',
    `the loss is ${loss} in epoch ${epoch}; scale the inputs in the transform, or lower "trainer.learningRate"`,
    { path: '/trainer/learningRate', epoch },
  );
}
