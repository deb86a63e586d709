import type { FrameFormat } from '../offline/frame-format.js';
import type { RetrievalPins } from '../offline/retrieval.js';
import type { Boundary, FrameFile, Knowledge } from '../offline/store.js';

/**
 * Which rows are scored. `features`: those of a frame that holds the features already. `keys`: those of a frame of keys,
 * times and request inputs, whose features are retrieved as of each time. `entities`: every entity that a feature set's
 * history knows, as of the instant at which the job was taken. Paths are names of files in the job's folder.
 */
export type BatchFrame =
  | { readonly kind: 'features' | 'keys'; readonly file: FrameFile }
  | {
      readonly kind: 'entities';
      readonly featureSet: string;
      readonly featureSetVersion: number;
      /** Key column of the model's service to key of the feature set's entity, where the names differ. */
      readonly keys: Readonly<Record<string, string>>;
      readonly pins: RetrievalPins;
    };

/** Columns of the frame that stand beside the predictions: keys and time, or all of them. */
export const KEPT_COLUMNS = ['keys', 'all'] as const;
export type KeptColumns = (typeof KEPT_COLUMNS)[number];

/** Where predictions go: into a file, or as rows into the source of a feature set. */
type BatchOutput =
  | { readonly kind: 'file'; readonly format: FrameFormat }
  | { readonly kind: 'rows'; readonly featureSet: string; readonly version: number };

/** A batch prediction as its job remembers it: nothing in it changes with what is registered or trained later. */
export type BatchTask = {
  readonly model: string;
  readonly version: number;
  readonly frame: BatchFrame;
  /** Name of the TIMESTAMP column that is T of each row. */
  readonly time: string;
  readonly knowledge: Knowledge;
  readonly boundary: Boundary;
  /** What the retrieval rests on; null where nothing is retrieved. */
  readonly pins: RetrievalPins | null;
  readonly columns: KeptColumns;
  /** Whether the model input goes out beside the predictions. */
  readonly vector: boolean;
  readonly output: BatchOutput;
};
