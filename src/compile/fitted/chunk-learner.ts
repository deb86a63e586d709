import type { Column } from '../../definition/column-batch.js';
import type { Accumulator } from './accumulator.js';
import type { FittedState } from './state.js';

/** What takes the chunks of a pass. */
export interface ChunkLearner {
  add(column: Column): void;
  /** Adds everything that `other`, one for the same, was given. */
  merge(other: this): void;
}

/** Learns from the argument of an IMPUTER what the results of that IMPUTER would teach. */
export class ImputedLearner implements ChunkLearner {
  private nulls = 0;

  constructor(private readonly accumulator: Accumulator) {}

  add(column: Column): void {
    this.accumulator.add(column);
    const { valid } = column;
    if (valid === null) return;
    for (let row = 0; row < valid.length; row++) if (valid[row] === 0) this.nulls++;
  }

  merge(other: ImputedLearner): void {
    this.accumulator.merge(other.accumulator);
    this.nulls += other.nulls;
  }

  /** Puts what the IMPUTER learnt in the place of the NULLs; without it they stay NULL. */
  fill(imputer: FittedState): void {
    if (!('value' in imputer) || imputer.value === null) return;
    this.accumulator.addValue?.(imputer.value, this.nulls);
  }
}
