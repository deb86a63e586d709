import type { Column } from '../../definition/column-batch.js';
import type { Accumulator } from './accumulator.js';
import type { FittedState } from './state.js';

/** What takes the chunks of a pass. */
export interface ChunkLearner {
  /** `by` holds the key of each row where a function learns for each key. */
  add(column: Column, by?: Column): void;
  /** Adds everything that `other`, one for the same, was given. */
  merge(other: this): void;
}

/**
 * Learns one function from chunks of its argument; where that is an IMPUTER that learns in the same pass, from the argument
 * of that one, until its value is known.
 */
export class FunctionLearner implements ChunkLearner {
  readonly accumulator: Accumulator;
  private readonly countsNulls: boolean;
  private nulls = 0;

  constructor({ learn, imputer }: { readonly learn: () => Accumulator; readonly imputer: string | null }) {
    this.accumulator = learn();
    this.countsNulls = imputer !== null;
  }

  add(column: Column, by?: Column): void {
    this.accumulator.add(column, by);
    const { valid } = column;
    if (valid === null || !this.countsNulls) return;
    for (let row = 0; row < valid.length; row++) if (valid[row] === 0) this.nulls++;
  }

  merge(other: FunctionLearner): void {
    this.accumulator.merge(other.accumulator);
    this.nulls += other.nulls;
  }

  /** Puts what the IMPUTER learnt in the place of the NULLs; without it they stay NULL. */
  fill(imputer: FittedState): void {
    if (!('value' in imputer) || imputer.value === null) return;
    this.accumulator.addValue?.(imputer.value, this.nulls);
  }
}
