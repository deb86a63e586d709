import {
  type Activation,
  type EmbeddingDocument,
  type ModelDocument,
  type ScoreKind,
  TASKS,
  type Task,
  type TrainerDocument,
  type TrainerKind,
} from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import { checkTrainerSettings } from './model-trainer-settings.js';

/** Settings of a training run, defaults filled in; what its kind does not have is absent. */
export type Trainer = {
  readonly kind: TrainerKind;
  /** Of kinds that do several; see {@link taskOf}. */
  readonly task?: Task;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly l2: number;
  readonly seed: number;
  readonly hiddenLayers?: readonly number[];
  readonly activation?: Activation;
  readonly embeddings?: readonly EmbeddingDocument[];
  readonly wide?: readonly string[];
  readonly classWeights?: 'balanced' | Readonly<Record<string, number>>;
  readonly earlyStopping?: { readonly patience: number; readonly minDelta: number };
  /** Of onnx; epochs and the rest are not its own. */
  readonly file?: string;
  readonly output?: string;
  readonly scores?: ScoreKind;
  readonly classes?: readonly string[];
};

/** What a trainer predicts. */
export function taskOf({ kind, task }: Pick<Trainer, 'kind' | 'task'>): Task {
  return task ?? KINDS[kind].tasks[0]!;
}

/** What a trainer is to predict of a label, by its kind, its own word or the label's type; null when that leaves it open. */
export function taskFor({ kind, task }: TrainerDocument, label: Expression | null): Task | null {
  const { tasks } = KINDS[kind];
  if (tasks.length === 1) return tasks[0]!;
  return task ?? (label === null ? null : taskOfLabel(label));
}

/** What the scores of a trainer's model are: a model of ours gives logits. */
export function scoreKindOf({ kind, scores }: Pick<Trainer, 'kind' | 'scores'>): ScoreKind {
  return kind === 'onnx' ? (scores ?? 'probabilities') : 'logits';
}

/** Fills in a trainer's defaults; null, with problems, when a setting is out of range, not of its kind, or undecided. */
export function compileTrainer(
  document: ModelDocument,
  label: Expression | null,
  problems: Problem[],
): Trainer | null {
  const { trainer } = document;
  const { tasks, settings, defaults } = KINDS[trainer.kind];
  const before = problems.length;
  requireOwnSettings(trainer, settings, problems);
  const task = taskFor(trainer, label);
  if (task === null && label !== null) {
    const message = `is missing; a label of ${label.type} leaves it open: write one of ${TASKS.join(', ')}`;
    problems.push({ path: '/trainer/task', message });
  }
  const filled = { ...COMMON_DEFAULTS, ...defaults, ...trainer };
  checkTrainerSettings(document, { trainer: filled, task }, problems);
  if (problems.length > before || task === null) return null;
  const { earlyStopping, task: _, folds: __, ...others } = filled;
  return {
    ...others,
    ...(tasks.length > 1 && { task }),
    ...(earlyStopping !== undefined && { earlyStopping: { minDelta: 0, ...earlyStopping } }),
  };
}

type Setting = Exclude<keyof TrainerDocument, 'kind'>;

type KindRules = {
  /** The first one where a document does not say which. */
  readonly tasks: readonly Task[];
  readonly settings: readonly Setting[];
  readonly defaults: Partial<TrainerDocument>;
};

const COMMON: readonly Setting[] = [
  'epochs',
  'batchSize',
  'learningRate',
  'l2',
  'seed',
  'earlyStopping',
  'folds',
];
const NETWORK: readonly Setting[] = [
  ...COMMON,
  'task',
  'hiddenLayers',
  'activation',
  'embeddings',
  'classWeights',
];
const NETWORK_DEFAULTS = { hiddenLayers: [64, 32], activation: 'relu', learningRate: 0.001 } as const;

const KINDS: Record<TrainerKind, KindRules> = {
  linearRegression: { tasks: ['regression'], settings: COMMON, defaults: {} },
  logisticRegression: { tasks: ['binary'], settings: [...COMMON, 'classWeights'], defaults: {} },
  softmaxRegression: { tasks: ['multiClass'], settings: [...COMMON, 'classWeights'], defaults: {} },
  multiLayerPerceptron: { tasks: TASKS, settings: NETWORK, defaults: NETWORK_DEFAULTS },
  wideAndDeep: { tasks: TASKS, settings: [...NETWORK, 'wide'], defaults: NETWORK_DEFAULTS },
  onnx: { tasks: TASKS, settings: ['task', 'file', 'output', 'scores', 'classes'], defaults: { epochs: 1 } },
};

/** Where the document leaves them out. */
const COMMON_DEFAULTS = { epochs: 10, batchSize: 1024, learningRate: 0.01, l2: 0, seed: 1 } as const;

function requireOwnSettings(
  trainer: TrainerDocument,
  settings: readonly Setting[],
  problems: Problem[],
): void {
  for (const name of Object.keys(trainer) as (keyof TrainerDocument)[]) {
    if (name === 'kind' || trainer[name] === undefined || settings.includes(name)) continue;
    const message = `is no setting of ${trainer.kind}; it has ${settings.join(', ')}`;
    problems.push({ path: `/trainer/${name}`, message });
  }
}

function taskOfLabel({ type }: Expression): Task | null {
  if (type === 'BOOL') return 'binary';
  if (type === 'FLOAT64') return 'regression';
  return type === 'STRING' ? 'multiClass' : null;
}
