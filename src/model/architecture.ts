import type { Slot } from '../compile/fitted-transform.js';
import { type Trainer, taskOf } from '../compile/model-trainer.js';
import type { Activation, Task } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';

/**
 * The shape of a model: how its vector becomes scores. The deep part takes numbers as they are and embedded indices as
 * learnt vectors, through the hidden layers, into a linear layer; without hidden layers that is all of a linear model. The
 * wide part, where there is one, is added to its scores: a number times a weight, an index as a weight of its own.
 */
export type Architecture = {
  readonly task: Task;
  /** Numbers a row of the vector has. */
  readonly width: number;
  /** Scores a row: 1, or one a class of several. */
  readonly outputs: number;
  readonly deep: { readonly numbers: readonly number[]; readonly embeddings: readonly Embedding[] };
  readonly hiddenLayers: readonly number[];
  readonly activation: Activation;
  readonly wide: { readonly numbers: readonly number[]; readonly indices: readonly IndexSlot[] } | null;
  /** Of a model made elsewhere, which has none of these parts: the output that is read, null for its only one. */
  readonly imported?: { readonly output: string | null };
};

/** A place of the vector that holds whole numbers from 0 to below `size`. */
type IndexSlot = { readonly slot: number; readonly size: number };

type Embedding = IndexSlot & { readonly output: string; readonly dimension: number };

/**
 * The shape that a trainer gives a model over these slots, with `outputs` scores a row. Throws TRAINING_FAILED when an
 * output that is to be embedded is no index.
 */
export function architectureOf(trainer: Trainer, slots: readonly Slot[], outputs: number): Architecture {
  const { wide = [], embeddings = [] } = trainer;
  const embedded = embeddings.map((each) => ({ ...each, ...indexOf(each.output, slots) }));
  const places = [...slots.keys()];
  const isWide = (place: number): boolean => wide.includes(slots[place]!.output);
  const isIndex = (place: number): boolean => slots[place]!.kind === 'index';
  const isEmbedded = (place: number): boolean => embedded.some(({ slot }) => slot === place);
  return {
    task: taskOf(trainer),
    width: slots.length,
    outputs,
    deep: {
      numbers: places.filter((place) => !isWide(place) && !isEmbedded(place)),
      embeddings: embedded,
    },
    hiddenLayers: trainer.hiddenLayers ?? [],
    activation: trainer.activation ?? 'relu',
    wide: wide.length === 0 ? null : wideOf(places.filter(isWide), { isIndex, slots }),
    ...(trainer.kind === 'onnx' && { imported: { output: trainer.output ?? null } }),
  };
}

function wideOf(
  places: readonly number[],
  { isIndex, slots }: { readonly isIndex: (place: number) => boolean; readonly slots: readonly Slot[] },
): Architecture['wide'] {
  return {
    numbers: places.filter((place) => !isIndex(place)),
    indices: places.filter(isIndex).map((slot) => ({ slot, size: slots[slot]!.size! })),
  };
}

function indexOf(output: string, slots: readonly Slot[]): IndexSlot {
  const slot = slots.findIndex((each) => each.output === output);
  const found = slots[slot];
  if (found?.kind === 'index') return { slot, size: found.size! };
  throw new PlumblineError(
    'TRAINING_FAILED',
    `output "${output}" is ${found?.kind ?? 'missing'}, an embedding needs an index; make it with LABEL_ENCODER or HASH_BUCKETIZE`,
    { path: '/trainer/embeddings', output },
  );
}
