import type { Column } from '../../definition/column-batch.js';
import type { FittedState } from '../fitted-transform.js';

/**
 * Learns the state of one fitted function from chunks of its argument over the training split. The state does not
 * depend on how the rows were split into chunks, nor on their order.
 */
export interface Accumulator<State extends FittedState = FittedState> {
  /** Adds one chunk of rows. */
  add(argument: Column): void;
  /** What was learnt so far. */
  state(): State;
}
