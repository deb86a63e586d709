import type { Task } from '../../definition/document.js';
import { ExportRefusal } from '../export-refusal.js';
import { type Trainer, taskOf } from '../model-trainer.js';
import { bigqueryText } from './bigquery-literal.js';

/** OPTIONS of CREATE MODEL: names as BigQuery ML has them and SQL of their values, and what it has no option for. */
export type BigqueryOptions = {
  readonly options: readonly (readonly [name: string, sql: string])[];
  readonly notes: readonly string[];
};

/** The options that train as a trainer does, as far as BigQuery ML does it. Throws {@link ExportRefusal}. */
export function bigqueryOptions(trainer: Trainer): BigqueryOptions {
  const task = taskOf(trainer);
  if (trainer.kind === 'onnx')
    throw new ExportRefusal(
      'is a file; BigQuery ML imports it as it is, without TRANSFORM (MODEL_TYPE ONNX)',
    );
  const family = FAMILIES[trainer.kind];
  const isNetwork = family.isNetwork;
  return {
    options: [
      ['MODEL_TYPE', bigqueryText(family.modelType[task]!)],
      ['MAX_ITERATIONS', String(trainer.epochs)],
      ['L2_REG', numberSql(trainer.l2)],
      ['EARLY_STOP', trainer.earlyStopping === undefined ? 'FALSE' : 'TRUE'],
      ...(isNetwork ? networkOptions(trainer) : []),
      ...classWeights(trainer),
    ],
    notes: [...notesOf(trainer), ...family.notes],
  };
}

type Family = {
  readonly isNetwork: boolean;
  readonly modelType: Partial<Record<Task, string>>;
  readonly notes: readonly string[];
};

const SOLVER_NOTE =
  'batch size and learning rate are those of Adam: BigQuery ML chooses its own for linear models (OPTIMIZE_STRATEGY, LEARN_RATE_STRATEGY)';

/** Source: BigQuery ML, "The CREATE MODEL statement" for each model type. */
const FAMILIES: Readonly<Record<Trainer['kind'], Family>> = {
  linearRegression: { isNetwork: false, modelType: { regression: 'LINEAR_REG' }, notes: [SOLVER_NOTE] },
  logisticRegression: { isNetwork: false, modelType: { binary: 'LOGISTIC_REG' }, notes: [SOLVER_NOTE] },
  softmaxRegression: { isNetwork: false, modelType: { multiClass: 'LOGISTIC_REG' }, notes: [SOLVER_NOTE] },
  multiLayerPerceptron: {
    isNetwork: true,
    modelType: { regression: 'DNN_REGRESSOR', binary: 'DNN_CLASSIFIER', multiClass: 'DNN_CLASSIFIER' },
    notes: [],
  },
  onnx: { isNetwork: false, modelType: {}, notes: [] },
  wideAndDeep: {
    isNetwork: true,
    modelType: {
      regression: 'DNN_LINEAR_COMBINED_REGRESSOR',
      binary: 'DNN_LINEAR_COMBINED_CLASSIFIER',
      multiClass: 'DNN_LINEAR_COMBINED_CLASSIFIER',
    },
    notes: ['"wide" is not carried over: BigQuery ML gives every feature to both parts'],
  },
};

function networkOptions(trainer: Trainer): BigqueryOptions['options'] {
  const { hiddenLayers = [], activation = 'relu', batchSize, learningRate } = trainer;
  if (hiddenLayers.length === 0)
    throw new ExportRefusal('has no hidden layer; BigQuery ML needs one: write a linear trainer instead');
  return [
    ['HIDDEN_UNITS', `[${hiddenLayers.join(', ')}]`],
    ['ACTIVATION_FN', bigqueryText(activation.toUpperCase())],
    ['OPTIMIZER', "'ADAM'"],
    ['LEARN_RATE', numberSql(learningRate)],
    ['BATCH_SIZE', String(batchSize)],
  ];
}

function classWeights({ classWeights: weights }: Trainer): BigqueryOptions['options'] {
  if (weights === undefined) return [];
  if (weights === 'balanced') return [['AUTO_CLASS_WEIGHTS', 'TRUE']];
  const entries = Object.entries(weights).map(
    ([label, weight]) => `STRUCT(${bigqueryText(label)}, ${numberSql(weight)})`,
  );
  return [['CLASS_WEIGHTS', `[${entries.join(', ')}]`]];
}

function notesOf({ seed, earlyStopping, embeddings }: Trainer): readonly string[] {
  return [
    `seed ${seed}: BigQuery ML takes none`,
    ...(earlyStopping === undefined
      ? []
      : [
          `early stopping after ${earlyStopping.patience} epochs: BigQuery ML stops by MIN_REL_PROGRESS, 0.01 by default`,
        ]),
    ...(embeddings ?? []).map(
      ({ output, dimension }) =>
        `an embedding of "${output}" into ${dimension} numbers: BigQuery ML chooses its own`,
    ),
  ];
}

function numberSql(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
