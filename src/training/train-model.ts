import { TransformFitting } from '../compile/fit-transform.js';
import type { FittedTransform } from '../compile/fitted-transform.js';
import { compileColumnarKernel } from '../compile/kernel.js';
import type { ModelInput } from '../compile/model.js';
import { compileTransform, type Transform } from '../compile/transform.js';
import { type ColumnBatch, takeRows, valueAt } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { type Expression, namesIn } from '../definition/expression.js';
import { asOfColumn } from '../model/as-of.js';
import type { SplitMetrics } from '../model/manifest.js';
import type { Examples, Matrix, ModelRuntime, Predictor } from '../model/runtime.js';

import { measure } from './metrics.js';
import type { TrainedModel, TrainingPlan, TrainingProgress } from './trainer.js';

/** The columns of a training frame that a model reads, in the order of its declarations, the time column first. */
export function columnsRead(plan: TrainingPlan): readonly ModelInput[] {
  const names = new Set(
    [plan.label.expression, ...plan.transform.map((output) => output.expression)].flatMap(namesIn),
  );
  const read = [...plan.transformInputs, ...plan.label.columns].filter(({ name }) => names.has(name));
  const time: ModelInput = { name: plan.query.time, type: 'TIMESTAMP' };
  return [time, ...read.filter(({ name }) => name !== plan.query.time)];
}

/** One training run: `add` takes the rows of the training set, `finish` fits, trains and measures. Blocks its thread. */
export class ModelTraining {
  private readonly splits = { training: new Split('training'), evaluation: new Split('evaluation') };
  private readonly label: LabelKernel;

  constructor(
    private readonly plan: TrainingPlan,
    private readonly runtime: ModelRuntime,
  ) {
    this.label = compileLabel(plan.label.expression);
  }

  /** Adds rows to their splits; those whose label is NULL are left out. Throws TRAINING_FAILED for other labels. */
  add(batch: ColumnBatch): void {
    const asOf = asOfColumn(this.plan.query, batch);
    const labels = this.label(batch, asOf);
    const training: number[] = [];
    const evaluation: number[] = [];
    for (let row = 0; row < batch.rowCount; row++) {
      if (labels[row] === NO_LABEL) continue;
      (asOf[row]! < this.plan.evaluateFromUs ? training : evaluation).push(row);
    }
    this.splits.training.add({ batch, asOf, labels }, training);
    this.splits.evaluation.add({ batch, asOf, labels }, evaluation);
  }

  /** Throws TRAINING_FAILED when a split has no rows or one class only. */
  async finish(progress: TrainingProgress): Promise<TrainedModel> {
    const { training, evaluation } = this.splits;
    training.requireBothClasses();
    evaluation.requireBothClasses();
    const { trainer } = this.plan;
    const steps = trainer.epochs + STEPS_BESIDE_EPOCHS;
    const fitted = this.fit(training);
    progress(1, steps);
    const transform = compileTransform(fitted);
    const examples = gathered(training.takeExamples(transform), training.rows, transform.width);
    progress(2, steps);
    const weights = await this.runtime.train(trainer, examples, (epoch) => progress(2 + epoch, steps));
    const predictor = await this.runtime.load(trainer.kind, weights);
    const metrics = {
      training: measured(predictor, [examples], training.rows),
      evaluation: measured(predictor, evaluation.takeExamples(transform), evaluation.rows),
    };
    predictor.close();
    progress(steps, steps);
    return { fitted, weights, metrics, runtime: await this.runtime.describe() };
  }

  private fit(training: Split): FittedTransform {
    const fitting = new TransformFitting(this.plan.transform, this.plan.transformInputs);
    while (!fitting.done) {
      for (const { batch, asOf } of training.chunks) fitting.add(batch, asOf);
      fitting.finishPass();
    }
    return fitting.result();
  }
}

/** Fitting, applying the transform, measuring. */
const STEPS_BESIDE_EPOCHS = 3;

const NO_LABEL = 255;

type LabelledRows = {
  readonly batch: ColumnBatch;
  readonly asOf: BigInt64Array;
  readonly labels: Uint8Array;
};

/** The labelled rows of one side of the split. */
class Split {
  readonly chunks: LabelledRows[] = [];
  rows = 0;

  constructor(private readonly name: 'training' | 'evaluation') {}

  add({ batch, asOf, labels }: LabelledRows, rows: readonly number[]): void {
    if (rows.length === 0) return;
    this.rows += rows.length;
    this.chunks.push({
      batch: takeRows(batch, rows),
      asOf: BigInt64Array.from(rows, (row) => asOf[row]!),
      labels: Uint8Array.from(rows, (row) => labels[row]!),
    });
  }

  requireBothClasses(): void {
    const positives = this.chunks.reduce(
      (total, { labels }) => total + labels.reduce((count, label) => count + label, 0),
      0,
    );
    if (positives > 0 && positives < this.rows) return;
    const found = this.rows === 0 ? 'has no row with a label' : `has ${this.rows} rows with one label only`;
    throw new PlumblineError(
      'TRAINING_FAILED',
      `the ${this.name} split ${found}; check "split.evaluateFrom", the label and the times of the frame`,
      { split: this.name, rows: this.rows, positives },
    );
  }

  /** The rows as examples, chunk by chunk; each chunk is forgotten when it has been taken. */
  *takeExamples({ width, apply }: Transform): Iterable<Examples> {
    for (let chunk = this.chunks.shift(); chunk !== undefined; chunk = this.chunks.shift()) {
      const { batch, asOf, labels } = chunk;
      yield { inputs: { rows: batch.rowCount, width, values: apply(batch, asOf) }, labels };
    }
  }
}

/** Examples that come in parts as one, `rows` in all. */
function gathered(parts: Iterable<Examples>, rows: number, width: number): Examples {
  const values = new Float32Array(rows * width);
  const labels = new Uint8Array(rows);
  let at = 0;
  for (const part of parts) {
    values.set(part.inputs.values, at * width);
    labels.set(part.labels, at);
    at += part.inputs.rows;
  }
  return { inputs: { rows, width, values }, labels };
}

type LabelKernel = (batch: ColumnBatch, asOf: BigInt64Array) => Uint8Array;

/** 0, 1 or NO_LABEL for each row. */
function compileLabel(expression: Expression): LabelKernel {
  const kernel = compileColumnarKernel([{ name: 'label', expression }]);
  return (batch, asOf) => {
    const column = kernel(batch, asOf).columns.get('label')!;
    return Uint8Array.from({ length: batch.rowCount }, (_, row) => {
      const value = valueAt(column, row);
      if (value === null) return NO_LABEL;
      if (value === 0n || value === false) return 0;
      if (value === 1n || value === true) return 1;
      throw new PlumblineError(
        'TRAINING_FAILED',
        `the label of a row is ${value}; write an expression that gives 0, 1 or NULL`,
      );
    });
  };
}

/** Rows a predictor gets at once: enough to be fast, few enough to stay in the wasm memory. */
const ROWS_AT_ONCE = 16_384;

function measured(predictor: Predictor, parts: Iterable<Examples>, rows: number): SplitMetrics {
  const labels = new Uint8Array(rows);
  const probabilities = new Float32Array(rows);
  let at = 0;
  for (const { inputs, labels: own } of parts) {
    labels.set(own, at);
    for (const part of cut(inputs)) {
      probabilities.set(predictor.predict(part), at);
      at += part.rows;
    }
  }
  return measure(labels, probabilities);
}

function* cut({ rows, width, values }: Matrix): Iterable<Matrix> {
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const to = Math.min(from + ROWS_AT_ONCE, rows);
    yield { rows: to - from, width, values: values.subarray(from * width, to * width) };
  }
}
