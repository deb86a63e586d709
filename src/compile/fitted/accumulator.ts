import type { Column } from '../../definition/column-batch.js';
import type { FittedState } from './state.js';

/**
 * Learns the state of one fitted function from chunks of its argument over the training split. The state does not
 * depend on how the rows were split into chunks, on their order, nor on which accumulator of several merged ones saw them.
 */
export interface Accumulator<State extends FittedState = FittedState> {
  /** Adds one chunk of rows; `by` holds the key of each where it learns for each key. */
  add(argument: Column, by?: Column): void;
  /** Adds everything that `other`, made for the same function and options, was given. */
  merge(other: this): void;
  /** Adds one value that stands in `times` rows; of functions over numbers and texts. */
  addValue?(value: number | string, times: number): void;
  /** What was learnt so far. */
  state(): State;
  /**
   * The mean of what the function gives for the rows seen that are not NULL, before rounding: exact sums, rounded once.
   * Of functions that are affine in their argument; undefined of others. 0 of nothing.
   */
  outputMean?(): number;
}

/** The accumulator of a function that learns nothing: its state is what it was given. */
export function known<State extends FittedState>(state: State): Accumulator<State> {
  return { add: () => undefined, merge: () => undefined, state: () => state };
}
