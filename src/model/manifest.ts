import type { FittedTransformJson, Slot } from '../compile/fitted-transform.js';
import type { ModelInput } from '../compile/model.js';
import type { Trainer } from '../compile/model-trainer.js';
import type { Surroundings } from '../platform/surroundings.js';
import type { Metrics } from './metrics.js';
import type { PostprocessState } from './postprocess.js';
import type { RuntimeDescription, TrainedWeights } from './runtime.js';

/** What a model version takes and gives. */
type ModelSignature = {
  /** What a caller sends: key columns, then request inputs. */
  readonly inputs: readonly ModelInput[];
  /** What the store looks up. */
  readonly features: readonly ModelInput[];
  /** The slots of the model input vector, in order. */
  readonly vector: readonly string[];
};

/** What a transform takes and what it gives, apart from what it does. */
type ModelSchema = {
  /** Columns before the transform, those that it reads. */
  readonly raw: readonly ModelInput[];
  /** The numbers of the model input vector, in order. */
  readonly transformed: readonly Slot[];
};

/** The retrieval that made a training set, but for its frame. */
export type TrainingSetQuery = {
  readonly featureService: string;
  readonly version: number;
  /** The TIMESTAMP column that is T of each row. */
  readonly time: string;
  readonly knowledge: 'known' | 'event' | 'served';
  /** `exclusive`: features are as of T − 1 µs, and so is AS_OF() (S14). */
  readonly boundary: 'inclusive' | 'exclusive';
};

type VersionRef = { readonly name: string; readonly version: number };

/** A model of the rows before a block of time, as it was made. */
export type FoldRecord = {
  /** RFC 3339: where its block begins; it ends where the next one begins, or evaluation. */
  readonly from: string;
  /** Rows that trained it and validated it. */
  readonly rows: { readonly training: number; readonly validation: number };
  readonly epochs: { readonly run: number; readonly best: number };
  readonly transformHash: string;
  readonly postprocessHash: string;
  readonly weightsHash: string;
};

/** A trained version of another model whose predictions the transform reads. */
export type CascadeRecord = {
  readonly alias: string;
  readonly model: string;
  readonly version: number;
  /** Of its outputs, those that the transform may read. */
  readonly outputs: readonly ModelInput[];
  readonly transformHash: string;
  readonly postprocessHash: string;
  readonly weightsHash: string;
  /** Fingerprint of the hashes of its models of earlier rows. */
  readonly foldsHash: string;
};

/** Everything a model version was made from (S25). */
export type ModelRecord = {
  /** The model definition. */
  readonly definition: VersionRef;
  readonly featureService: VersionRef;
  readonly featureSets: readonly (VersionRef & { readonly alias: string })[];
  readonly trainingSet: {
    readonly id: string;
    readonly rows: number;
    /** SHA-256 of its Parquet file. */
    readonly contentHash: string;
    readonly query: TrainingSetQuery;
    /** Per source the last sequence it saw, as decimal text (S19). */
    readonly snapshot: Readonly<Record<string, string>>;
  };
  readonly parameters: Trainer;
  /** How long it was trained; absent of versions trained before it was recorded. */
  readonly epochs?: Omit<TrainedWeights, 'weights'>;
  /** Microseconds since the epoch as RFC 3339: rows as of it or later evaluated. */
  readonly evaluateFrom: string;
  /** Rows as of it up to `evaluateFrom` validated; absent where none did. */
  readonly validateFrom?: string;
  /** The models of earlier rows, by time; absent where there are none. */
  readonly folds?: readonly FoldRecord[];
  /**
   * RFC 3339: as of it all labels before `evaluateFrom` are known, so from it on the final model scores for models that read
   * this one; absent where that is `evaluateFrom`.
   */
  readonly finalFrom?: string;
  /** The models that it reads; absent where it reads none. */
  readonly cascade?: readonly CascadeRecord[];
  readonly runtime: RuntimeDescription;
  /** Null for what was trained before this was recorded. */
  readonly surroundings: Surroundings | null;
  /** Fingerprint of the fitted transform. */
  readonly transformHash: string;
  /** Fingerprint of the post-processing; absent of versions trained before it was recorded. */
  readonly postprocessHash?: string;
  /** SHA-256 of the weights file. */
  readonly weightsHash: string;
};

/** `model.json` of a bundle: a model version but for its weights. */
export type ModelManifest = {
  readonly format: 2;
  readonly project: string;
  readonly model: string;
  readonly version: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly signature: ModelSignature;
  /** Before and after the transform. */
  readonly schema: ModelSchema;
  readonly transform: FittedTransformJson;
  /** What makes scores into outputs. */
  readonly postprocess: PostprocessState;
  readonly metrics: Metrics;
  readonly record: ModelRecord;
  /** The tensors of `weights.bin`, in its order. */
  readonly tensors: TensorList;
  /** The models of earlier rows as {@link ModelRecord.folds} lists them; absent where there are none. */
  readonly folds?: readonly FoldManifest[];
};

type TensorList = readonly { readonly name: string; readonly shape: readonly number[] }[];

/** A model of earlier rows but for its weights, `fold-1.bin` and so on. */
export type FoldManifest = Pick<ModelManifest, 'transform' | 'postprocess' | 'tensors'>;
