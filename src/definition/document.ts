import type { StreamDocument } from './stream-document.js';
import type { KeyType, ValueType } from './value-type.js';
import type { WindowFeatureDocument } from './window-document.js';

/**
 * The public file format of definitions: what a person writes in YAML or JSON and what the REST API takes and gives.
 * `document.schema.ts` is its JSON Schema. Durations are text such as `90s`, `15m`, `3h`, `7d` (see `duration.ts`).
 */
export type Document =
  | EntityDocument
  | SourceDocument
  | FeatureSetDocument
  | FeatureServiceDocument
  | ModelDocument;

export type DocumentKind = Document['kind'];

/** The order in which documents of one apply are registered: each kind refers to earlier ones only. */
export const DOCUMENT_KINDS = ['Entity', 'Source', 'FeatureSet', 'FeatureService', 'Model'] as const;

/** Who keeps it, what it is for: never part of its meaning, so a change here makes no new version. */
export type Documentation = {
  readonly description?: string;
  readonly owner?: string;
  readonly tags?: readonly string[];
};

/** What features are about: an airport, a card, a user; one or several typed keys. */
export type EntityDocument = Documentation & {
  readonly kind: 'Entity';
  readonly name: string;
  readonly keys: readonly { readonly name: string; readonly type: KeyType }[];
};

export type ColumnDocument = {
  readonly name: string;
  readonly type: ValueType;
  readonly description?: string;
  /** Length of every value of an embedding; ARRAY<FLOAT64> only. */
  readonly dimension?: number;
  /** FLOAT64 only: values are multiples of this decimal, such as `0.01` for cents, and summed as integers (S22). */
  readonly scale?: string;
};

/** Text of a scale: a decimal above 0, without zeros that say nothing. */
export const SCALE_PATTERN = '^(?!0$)(?:0|[1-9][0-9]{0,7})(?:\\.[0-9]{0,8}[1-9])?$';

/** Rows that arrive together, by whichever door; its schema only grows (S9). */
export type SourceDocument = Documentation & {
  readonly kind: 'Source';
  readonly name: string;
  readonly columns: readonly ColumnDocument[];
  /** TIMESTAMP column: when it happened. */
  readonly eventTime: string;
  /** TIMESTAMP column: when it became known (S10). */
  readonly createdTime?: string;
  /** Without a created time, batch rows count as known this long after their event; default 0 (S10). */
  readonly knownAfter?: string;
  /** INT64 column that breaks ties of event and order time (S10). */
  readonly orderColumn?: string;
  /** BOOL column: TRUE makes a row a deletion, as of its event time the entity has no value (S13). */
  readonly tombstone?: string;
  /** STRING, INT64 or BYTES column that names an event: the same id again within `dedupeFor` is the same row (S11). */
  readonly eventId?: string;
  /** How long an event id is remembered, measured between arrivals; default 7d. */
  readonly dedupeFor?: string;
  /** What becomes of rows further ahead of the clock than `maxSkew` allows (S14); default `refuse`. */
  readonly future?: 'refuse' | 'hold';
  /** Rows with an older event time leave history, but for the newest of each key before that; default never. */
  readonly historyRetention?: string;
  /** A Kafka topic that it takes rows from, beside the other doors. */
  readonly stream?: StreamDocument;
};

/** Default of {@link SourceDocument.dedupeFor}. */
export const DEFAULT_DEDUPE_FOR = '7d';

type FeatureDocument = {
  readonly name: string;
  /** The source column it copies; default the feature's own name. Exactly one of `column` and `expression` at most. */
  readonly column?: string;
  /** A row expression over the source's columns (S5). */
  readonly expression?: string;
  /** Replaces a missing value; the status stays (S7). Written as in JSON rows (S4). */
  readonly default?: unknown;
  readonly description?: string;
};

/** Features of one entity. */
export type FeatureSetDocument =
  | SourceFeatureSetDocument
  | WindowedFeatureSetDocument
  | ChainedFeatureSetDocument;

/** Computed from the newest row of one source. */
export type SourceFeatureSetDocument = Documentation & {
  readonly kind: 'FeatureSet';
  readonly name: string;
  readonly entity: string;
  readonly source: string;
  readonly inputs?: undefined;
  /** Entity key to source column, where the names differ. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly features: readonly FeatureDocument[];
  /** Older values are EXPIRED (S15). */
  readonly maxAge?: string;
  /** Older rows are NOT_FOUND (S15). */
  readonly retention?: string;
  /** How old the newest row may be before the set counts as stale; watched, never part of a value. */
  readonly freshness?: string;
};

/** Aggregates of the rows of one source over windows (S20). */
export type WindowedFeatureSetDocument = Omit<SourceFeatureSetDocument, 'features' | 'maxAge'> & {
  readonly features: readonly WindowFeatureDocument[];
};

/** Whether a feature set is one of windows: its features are aggregates, all of them. */
export function isWindowed(document: FeatureSetDocument): document is WindowedFeatureSetDocument {
  return document.inputs === undefined && document.features.every((feature) => 'aggregate' in feature);
}

/** Computed from the features of other feature sets, all as of the same T, when they are read (S5). */
export type ChainedFeatureSetDocument = Documentation & {
  readonly kind: 'FeatureSet';
  readonly name: string;
  readonly entity: string;
  readonly source?: undefined;
  readonly inputs: readonly FeatureSetInputDocument[];
  /** Read expressions over `<alias>__<feature>` of the inputs and AS_OF() (S5). */
  readonly features: readonly ReadExpressionDocument[];
};

/** A feature set that another one reads; its ages are its own. */
export type FeatureSetInputDocument = {
  readonly featureSet: string;
  /** Prefix of its features in the expressions; default the feature set's name. */
  readonly alias?: string;
  /** Pinned feature set version; default the latest when the reading set is registered. */
  readonly version?: number;
  /** Key of the input's entity to key of the reading set's entity, where the names differ. */
  readonly keys?: Readonly<Record<string, string>>;
};

export type ServiceEntryDocument = FeatureSetInputDocument & {
  /** The features it takes, in this order; default all. */
  readonly features?: readonly string[];
  /** Entity key to the column of the request or frame that holds it, where the names differ (S16). */
  readonly keys?: Readonly<Record<string, string>>;
};

/** A value computed when an answer is made: a column of it under its own name. */
export type ReadExpressionDocument = {
  readonly name: string;
  /** Over `<alias>__<feature>` of the entries, request inputs, expressions before it and AS_OF() (S5). */
  readonly expression: string;
  /** Replaces a missing value; the status stays (S7). Written as in JSON rows (S4). */
  readonly default?: unknown;
  readonly description?: string;
};

/** The features of one use, a model's usually, under aliases. */
export type FeatureServiceDocument = Documentation & {
  readonly kind: 'FeatureService';
  readonly name: string;
  readonly entries: readonly ServiceEntryDocument[];
  /** Values that a caller sends with a lookup, and that a frame holds as columns. */
  readonly requestInputs?: readonly InputDocument[];
  /** Read expressions, each over what stands before it. */
  readonly expressions?: readonly ReadExpressionDocument[];
  /** Share of the keys whose answers are logged for audits, 0 to 1; default what the operator configured. Never part of its meaning. */
  readonly answerLog?: number;
};

/** A value that comes with a request or a frame. */
export type InputDocument = { readonly name: string; readonly type: ValueType };

type TransformOutputDocument = {
  readonly name: string;
  /** A read expression over features, request inputs and AS_OF(), with preprocessing functions; with FEATURE_CROSS or POLYNOMIAL_EXPAND several outputs. */
  readonly expression: string;
};

/** A model: what it predicts, from which features, through which transform, trained how. */
export type ModelDocument = Documentation & {
  readonly kind: 'Model';
  readonly name: string;
  readonly featureService: string;
  /** Pinned feature service version; default the latest when the model is registered. */
  readonly serviceVersion?: number;
  /** Values the caller sends with a prediction, and the frame holds in training. */
  readonly requestInputs?: readonly InputDocument[];
  readonly label: {
    /**
     * What is predicted, over `columns` and whatever the transform sees: BOOL, or INT64 of 0 and 1, of two classes; STRING or
     * INT64 of several; FLOAT64 or INT64 of a quantity. Rows where it is NULL are left out.
     */
    readonly expression: string;
    /** Columns of the training frame that only the label sees. */
    readonly columns: readonly InputDocument[];
    /** Scales the label of a regression, fitted on the training split; predictions are scaled back. Default none. */
    readonly scale?: LabelScaler;
  };
  readonly transform: readonly TransformOutputDocument[];
  readonly split: {
    /**
     * Rows as of this instant (RFC 3339) up to `evaluateFrom` validate: they stop training, calibrate, choose the threshold.
     * Earlier ones train. Without it no row validates.
     */
    readonly validateFrom?: string;
    /** Rows as of this instant (RFC 3339) or later evaluate; earlier ones train. */
    readonly evaluateFrom: string;
  };
  readonly trainer: TrainerDocument;
  readonly postprocess?: PostprocessDocument;
  /** Other models whose predictions the transform reads, each as it could be known at T. */
  readonly cascade?: readonly CascadeDocument[];
};

/** A trained version of another model; the transform sees `<alias>__<output>`. */
export type CascadeDocument = {
  readonly alias: string;
  /** A model with `trainer.folds`. */
  readonly model: string;
  /** Pinned trained version; default the latest when the reading model is registered. */
  readonly version?: number;
  /** Of its outputs, those that the transform may read; default all. */
  readonly outputs?: readonly string[];
};

/** How a label is scaled: the functions of the same name, over the labels of the training split. */
export const LABEL_SCALERS = [
  'STANDARD_SCALER',
  'MIN_MAX_SCALER',
  'MAX_ABS_SCALER',
  'ROBUST_SCALER',
] as const;
export type LabelScaler = (typeof LABEL_SCALERS)[number];

/** What a model predicts: a quantity, one of two classes, one of several. */
export const TASKS = ['regression', 'binary', 'multiClass'] as const;
export type Task = (typeof TASKS)[number];

export const TRAINER_KINDS = [
  'linearRegression',
  'logisticRegression',
  'softmaxRegression',
  'multiLayerPerceptron',
  'wideAndDeep',
  'onnx',
] as const;
export type TrainerKind = (typeof TRAINER_KINDS)[number];

export const ACTIVATIONS = ['relu', 'tanh', 'sigmoid'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** Which model is trained, and how; a setting that its kind does not have is refused. */
export type TrainerDocument = {
  readonly kind: TrainerKind;
  /** Of multiLayerPerceptron and wideAndDeep; default by the label: BOOL binary, FLOAT64 regression, STRING multiClass. */
  readonly task?: Task;
  /** Passes over the training split; default 10. */
  readonly epochs?: number;
  /** Rows of one step; default 1024. */
  readonly batchSize?: number;
  /** Of Adam; default 0.01, 0.001 for networks with hidden layers. */
  readonly learningRate?: number;
  /** Pulls weights, not biases, towards 0: adds l2 · w to the gradient of the mean loss; default 0. */
  readonly l2?: number;
  /** Of the first weights and of the order of rows; default 1. */
  readonly seed?: number;
  /** Widths of the hidden layers, the first one next to the inputs; default [64, 32]. */
  readonly hiddenLayers?: readonly number[];
  /** Of the hidden layers; default relu. */
  readonly activation?: Activation;
  /** Outputs that are a category's number, each as a vector that is learnt. */
  readonly embeddings?: readonly EmbeddingDocument[];
  /** Of wideAndDeep: the outputs that act on the prediction straight, without hidden layers; the others go through them. */
  readonly wide?: readonly string[];
  /**
   * How much a row of a class counts: `balanced` makes every class count alike, rows / (classes · rows of the class);
   * or a number a class (`true` and `false` of two classes), 1 where there is none. Default 1.
   */
  readonly classWeights?: 'balanced' | Readonly<Record<string, number>>;
  /** Stops when the loss of the validation split has not fallen for `patience` epochs; the best epoch's weights stay. */
  readonly earlyStopping?: EarlyStoppingDocument;
  /** Models of earlier rows beside the final one, so that predictions for rows that train can be features of another model. */
  readonly folds?: FoldsDocument;
  /** Of onnx: the SHA-256 of a file that was uploaded, in hexadecimal. */
  readonly file?: string;
  /** Of onnx: the output that holds the scores; default its only float32 output. */
  readonly output?: string;
  /** Of onnx: what the scores of classes are; default probabilities. */
  readonly scores?: ScoreKind;
  /**
   * Of onnx over several classes: values of the label as text, in the order of the file's scores. Default those of the
   * training split, INT64 by number, STRING by code points.
   */
  readonly classes?: readonly string[];
};

/** Blocks of time, each predicted by a model of the rows before it, the first one by none. */
type FoldsDocument = {
  /** Blocks that the rows before `evaluateFrom` are cut into, of about as many rows each: 2 to 20. */
  readonly count: number;
  /** How long after T the label of a row is known: a row trains no model of a block that begins before that. Default 0s, or when windows that the label reads are complete. */
  readonly labelKnownAfter?: string;
};

/** What the scores of a model made elsewhere are. */
export const SCORE_KINDS = ['probabilities', 'logits'] as const;
export type ScoreKind = (typeof SCORE_KINDS)[number];

export type EmbeddingDocument = {
  /** A transform output that is an index, such as LABEL_ENCODER's. */
  readonly output: string;
  /** Length of the vector. */
  readonly dimension: number;
};

type EarlyStoppingDocument = {
  readonly patience: number;
  /** A smaller fall of the loss counts as none; default 0. */
  readonly minDelta?: number;
};

export const CALIBRATIONS = ['platt', 'isotonic'] as const;
export type CalibrationMethod = (typeof CALIBRATIONS)[number];

/** Rules that choose a threshold on the validation split: the greatest F1, accuracy, or recall plus specificity. */
export const THRESHOLD_RULES = ['maxF1', 'maxAccuracy', 'maxYouden'] as const;
export type ThresholdRule = (typeof THRESHOLD_RULES)[number];

/** What becomes of a model's scores before a caller sees them; part of the model version like transform and weights. */
type PostprocessDocument = {
  /**
   * Makes probabilities agree with how often it happens, those of several classes each against the rest and then over their
   * sum; fitted on the validation split. Default none.
   */
  readonly calibration?: CalibrationMethod;
  /** Of two classes: the least probability whose label is true, or the rule that chooses it; default 0.5. */
  readonly threshold?: number | ThresholdRule;
  /** What the classes are called in answers: `true` and `false` of two, or a name for a label's value. */
  readonly labels?: Readonly<Record<string, string>>;
};

/** Names: a letter, then letters, digits and single underscores; `__` separates alias and feature (S16). */
export const NAME_PATTERN = '^[A-Za-z](?:[A-Za-z0-9]|_(?!_)){0,62}$';
