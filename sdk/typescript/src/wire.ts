import type { DocumentKind } from '../../../src/definition/document.js';
import type { ErrorCode, Problem } from '../../../src/definition/error.js';
import type { Status } from '../../../src/definition/status.js';

/**
 * A value to send: INT64 as bigint (or a safe integral number), FLOAT64 as number, TIMESTAMP as RFC 3339 text, DATE as
 * `YYYY-MM-DD`, BYTES as base64 text.
 */
export type SentValue = null | boolean | bigint | number | string | readonly SentValue[];

/** A value as answered: INT64 as a number up to ±(2^53 − 1), else as a decimal string, so nothing is ever rounded. */
export type ReceivedValue = null | boolean | number | string | readonly ReceivedValue[];

export type Row = Readonly<Record<string, SentValue>>;

export type Change = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly action: 'created' | 'newVersion' | 'updated' | 'unchanged';
  readonly version: number;
  readonly differences: readonly {
    readonly path: string;
    readonly from: unknown;
    readonly to: unknown;
    /** Named item of a list, such as a feature, that it is about. */
    readonly of?: string;
    readonly fromType?: string;
    readonly toType?: string;
  }[];
  /** Who uses the version before. */
  readonly dependants: readonly {
    readonly kind: DocumentKind;
    readonly name: string;
    readonly version: number;
    /** Whether it stays on that version. */
    readonly pinned: boolean;
    /** Its version of the same request that uses the new one. */
    readonly next?: number;
  }[];
  readonly warnings: readonly string[];
  /** A new feature set version takes its online state from these rows; null: nobody knows how many. */
  readonly primedFrom?: { readonly source: string; readonly rows: number | string | null };
  /** JSON Schema of rows, for sources and feature sets. */
  readonly rowSchema?: object;
};

export type PushAnswer = {
  readonly accepted: number;
  /** Null when no row was logged now. */
  readonly firstSequence: number | string | null;
  readonly lastSequence: number | string | null;
  readonly quarantined: number;
  /** Rows that wait until their event times have come. */
  readonly held: number;
  /** Rows whose event id was there already. */
  readonly duplicates: number;
};

/** How a push is to be taken. */
export type PushOptions = {
  /** Makes a retry of the same rows the same push: it is taken once within 7 days. */
  readonly idempotencyKey?: string;
  /** Default `visible`: answered when lookups see the rows; `logged`: when they are durable. */
  readonly ack?: 'logged' | 'visible';
  /** Default `refuse`: one wrong row refuses them all. */
  readonly invalid?: 'refuse' | 'quarantine';
};

/** Work that goes on after the answer; poll it with `waitForJob`. */
export type Job<Result> = {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly progress: { readonly done: number; readonly total: number };
  /** From 1: a retry makes another attempt, and so does the end of the process that ran it. */
  readonly attempt: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly result?: Result;
  readonly error?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly path?: string;
    readonly problems?: readonly Problem[];
  };
};

/** What a batch load did, as its job tells: rows taken, and rows skipped because this file was loaded before. */
export type LoadResult = { readonly rows: number; readonly skipped: number; readonly contentHash: string };

export type LookupAnswer = {
  /** T of the answer, RFC 3339. */
  readonly asOf: string;
  /** `<alias>__<feature>`, and the names of read expressions: the order of everything below. */
  readonly features: readonly string[];
  readonly results: readonly {
    readonly values: readonly ReceivedValue[];
    readonly statuses: readonly Status[];
    readonly eventTimes: readonly (string | null)[];
  }[];
};

/** What the service says about a retrieval, from the header `Plumbline-Report`. */
export type RetrievalReport = {
  readonly rows: number;
  readonly knowledge: Knowledge;
  readonly boundary: 'inclusive' | 'exclusive';
  /** Values that `known` and `event` would give differently (S17). */
  readonly leakCount: number;
  readonly assumedCreatedTimes: number;
  readonly snapshot: Snapshot;
  /** Of `served` by T alone: values within the clock bound of a visibility change, which are not claimed (S18). */
  readonly uncertain: number;
  /** Labels whose windows are not complete at the snapshot: NULL, and NOT_FOUND. */
  readonly immature: number;
  /** By alias how its rows were found. */
  readonly plan: Readonly<Record<string, string>>;
};

/** Which rows count: those known by T, all by event time, or what an online answer had (S17, S18). */
export type Knowledge = 'known' | 'event' | 'served';

/** A position of history: by source the sequence of the last row that counts, as decimal text (S19). */
export type Snapshot = Readonly<Record<string, string>>;

/** Which features a frame gets, and as of when. */
export type RetrievalQuery = {
  readonly featureService: string;
  readonly version?: number;
  /** The frame's TIMESTAMP column that is T of each row; default `event_timestamp`. */
  readonly time?: string;
  readonly knowledge?: Knowledge;
  readonly boundary?: 'inclusive' | 'exclusive';
  /** That of an earlier report, to answer from the same rows. */
  readonly snapshot?: Snapshot;
};

/** Instants of history, of given entities or of all of them; times are RFC 3339, both ends included. */
export type HistoryQuery = {
  readonly featureService?: string;
  readonly version?: number;
  /** In place of a service: `set:feature`, `set@2:feature` or `alias=set:feature`. */
  readonly features?: readonly string[];
  /** At every row, at every change of the answer, or at a grid of times. */
  readonly mode: 'rows' | 'changes' | 'grid';
  readonly from: string;
  readonly to: string;
  /** Of a grid, such as `1h`. */
  readonly every?: string;
  readonly entities?: readonly Row[];
  /** Name of the time column; default `event_timestamp`. */
  readonly time?: string;
  readonly knowledge?: Knowledge;
  readonly include?: readonly ('status' | 'eventTime')[];
  readonly snapshot?: Snapshot;
};

export type TrainingSet = {
  readonly id: string;
  readonly rows: number;
  readonly contentHash: string;
  readonly report: RetrievalReport;
};

/** How well a model does on one split, by what it predicts. */
export type Metrics = BinaryMetrics | MultiClassMetrics | RegressionMetrics;

/** Two classes: `probability` of TRUE against the label. */
export type BinaryMetrics = {
  readonly task: 'binary';
  readonly rows: number;
  readonly positives: number;
  readonly auc: number;
  readonly logLoss: number;
  readonly brier: number;
  /** At the version's threshold; null when no row is predicted TRUE. */
  readonly precision: number | null;
  readonly recall: number;
};

export type MultiClassMetrics = {
  readonly task: 'multiClass';
  readonly rows: number;
  /** In the order of the classes. */
  readonly classRows: readonly number[];
  readonly accuracy: number;
  readonly logLoss: number;
  readonly macroF1: number;
};

export type RegressionMetrics = {
  readonly task: 'regression';
  readonly rows: number;
  readonly meanSquaredError: number;
  readonly meanAbsoluteError: number;
  /** Null when every label is the same. */
  readonly r2: number | null;
};

export type TrainingResult = {
  readonly model: string;
  readonly version: number;
  /** `validation` where the model's split has one. */
  readonly metrics: {
    readonly training: Metrics;
    readonly validation?: Metrics;
    readonly evaluation: Metrics;
  };
};

/** A trained version; `signature`, `schema`, `transform` and `record` are as the service writes them (S25). */
export type ModelVersion = TrainingResult & {
  readonly signature: unknown;
  readonly schema: unknown;
  readonly transform: unknown;
  readonly record: unknown;
  /** Models that it reads and that have newer versions; absent where none has. */
  readonly warnings?: readonly string[];
};

/** A tensor of the Open Inference Protocol v2. */
export type Tensor<Value> = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: 'BOOL' | 'INT64' | 'FP32' | 'FP64' | 'BYTES';
  readonly data: readonly Value[];
};

export type InferRequest = {
  readonly inputs: readonly Tensor<SentValue>[];
  /**
   * Outputs wanted: `probability`, `probabilities`, `prediction` or `label`, whichever the model has, and `vector`; default
   * all but `vector`.
   */
  readonly outputs?: readonly { readonly name: string }[];
};

export type InferAnswer = {
  readonly model_name: string;
  readonly model_version: string;
  readonly parameters: { readonly as_of: string };
  readonly outputs: readonly Tensor<number | boolean | string>[];
};

/** Writes a request body: a bigint as a number where JSON numbers are exact, else as a decimal string. */
export function jsonBody(body: unknown): string {
  return JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? integerOf(value) : value));
}

function integerOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
