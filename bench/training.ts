import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Trainer } from '../src/compile/model-trainer.js';
import type { Task } from '../src/definition/document.js';
import { TfjsRuntime } from '../src/model/adapter/tfjs.js';
import { architectureOf } from '../src/model/architecture.js';
import type { Examples } from '../src/model/runtime.js';
import { seededRandom } from '../src/model/seeded-random.js';
import { scikitLearn } from '../test/counterparts/scikit-learn.js';
import { type BenchResult, median } from './conditions.js';

const ROWS = 100_000;
const WIDTH = 40;
const ROUNDS = 5;
/** Fields of both: scikit-learn's own batch size, seed and learning rate. */
const SETTINGS = {
  epochs: 3,
  batchSize: 200,
  learningRate: 0.001,
  l2: 1e-6,
  seed: 1,
  hiddenLayers: [64, 32],
};
/** Losses after three epochs that lie further apart were not trained by the same method. */
const LOSS_TOLERANCE = 0.05;

/**
 * A perceptron of layers 64 and 32, trained by us and by scikit-learn from the same float32 numbers with the same settings,
 * in turn; scikit-learn once with the threads it chooses and once with one, of which the faster counts.
 */
export async function training(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'training-'));
  const rivals = [scikitLearn(null), scikitLearn(1)];
  const runtime = new TfjsRuntime();
  // It loads its library at the first call.
  await runtime.describe();
  try {
    const binary = await measure({ task: 'binary', folder, rivals, runtime });
    const regression = await measure({ task: 'regression', folder, rivals, runtime });
    const metrics = { ...named('binary', binary.figures), ...named('regression', regression.figures) };
    return { ok: binary.isSame && regression.isSame, metrics };
  } finally {
    for (const rival of rivals) await rival.close();
    await rm(folder, { recursive: true });
  }
}

function named(task: Task, figures: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${task}.${name}`, value]));
}

type Measure = {
  readonly runtime: TfjsRuntime;
  readonly task: Task;
  readonly folder: string;
  readonly rivals: readonly ReturnType<typeof scikitLearn>[];
};

async function measure({ task, folder, rivals, runtime }: Measure) {
  const examples = examplesOf(task);
  const inputs = join(folder, `${task}-inputs`);
  const targets = join(folder, `${task}-targets`);
  await writeFile(inputs, examples.inputs.values);
  await writeFile(targets, examples.targets);
  const request = { task, inputs, targets, width: WIDTH, rows: ROWS, settings: SETTINGS };
  const ours: Timed[] = [];
  const theirs: Timed[][] = rivals.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await trainOurs(runtime, task, examples));
    for (const [i, rival] of rivals.entries()) theirs[i]!.push((await rival.ask(request)) as Timed);
  }
  const seconds = (timed: readonly Timed[]): number => median(timed.map((each) => each.seconds));
  const fastest = Math.min(...theirs.map(seconds));
  const [loss, theirLoss] = [ours[0]!.loss, theirs[0]![0]!.loss];
  return {
    isSame: Math.abs(loss / theirLoss - 1) < LOSS_TOLERANCE,
    figures: {
      ratio: seconds(ours) / fastest,
      ours: seconds(ours),
      scikitLearn: fastest,
      loss,
      scikitLearnLoss: theirLoss,
    },
  };
}

type Timed = { readonly seconds: number; readonly loss: number };

async function trainOurs(runtime: TfjsRuntime, task: Task, training: Examples): Promise<Timed> {
  const trainer: Trainer = { kind: 'multiLayerPerceptron', task, activation: 'relu', ...SETTINGS };
  const slots = Array.from({ length: WIDTH }, (_, i) => ({
    name: `x${i}`,
    output: `x${i}`,
    kind: 'number' as const,
  }));
  const started = performance.now();
  const { loss } = await runtime.train({
    trainer,
    architecture: architectureOf(trainer, slots, 1),
    training,
    validation: null,
    onEpoch: () => undefined,
  });
  return { seconds: (performance.now() - started) / 1000, loss };
}

/** Rows of uniform numbers and a label that a linear model cannot tell. */
function examplesOf(task: Task): Examples {
  const random = seededRandom(7);
  const uniform = (): number => random() / 2 ** 31 - 1;
  const values = Float32Array.from({ length: ROWS * WIDTH }, uniform);
  const targets = Float32Array.from({ length: ROWS }, (_, row) => {
    const x = (place: number): number => values[row * WIDTH + place]!;
    const quantity = x(0) + 3 * x(1) * x(2) + Math.abs(x(3)) + uniform() / 2;
    return task === 'binary' ? Number(quantity > 0.5) : quantity;
  });
  return { inputs: { rows: ROWS, width: WIDTH, values }, targets, weights: null };
}
