import type { Column } from '../../definition/column-batch.js';

/** How a whole output writes its model inputs. */
export type Encoder = {
  readonly slots: readonly EncodedSlot[];
  /** Writes the slots of every row into a matrix of zeros, `width` numbers a row, from place `at` of each row on. */
  readonly write: (argument: Column, matrix: Float32Array, at: number, width: number) => void;
};

type EncodedSlot = {
  /** Which of several, behind the output's name in brackets; null of one alone. */
  readonly suffix: string | null;
  readonly kind: 'number' | 'indicator' | 'index';
  /** How many values an index has. */
  readonly size?: number;
};

/** Slots for NULL (and what is unknown) and for each category. */
export function categorySlots(
  vocabulary: readonly string[],
  kind: EncodedSlot['kind'],
): readonly EncodedSlot[] {
  const names = vocabulary.map((category) => JSON.stringify(category));
  return ['NULL', ...names].map((suffix) => ({ suffix, kind }));
}

/** Calls `use` with the row of every value that is not NULL, and `useNull` with the other rows. */
export function isValid({ valid }: Column, row: number): boolean {
  return valid === null || valid[row] === 1;
}

/** An encoder of one index: `indexOf` gives the index of each row. */
export function indexEncoder(size: number, indexesOf: (argument: Column) => ArrayLike<number>): Encoder {
  return {
    slots: [{ suffix: null, kind: 'index', size }],
    write: (argument, matrix, at, width) => {
      const indexes = indexesOf(argument);
      for (let row = 0, to = at; row < indexes.length; row++, to += width) matrix[to] = indexes[row]!;
    },
  };
}

/** An encoder of indicators: `placesOf` gives the slot of each row that is 1, −1 for none. */
export function indicatorEncoder(
  vocabulary: readonly string[],
  placesOf: (argument: Column) => Int32Array,
): Encoder {
  return {
    slots: categorySlots(vocabulary, 'indicator'),
    write: (argument, matrix, at, width) => {
      const places = placesOf(argument);
      for (let row = 0, to = at; row < places.length; row++, to += width) {
        if (places[row]! >= 0) matrix[to + places[row]!] = 1;
      }
    },
  };
}
