import { type Column, valueAt } from '../../definition/column-batch.js';
import type { OneHotState } from '../fitted-transform.js';
import type { Accumulator } from './accumulator.js';
import { compareCodePoints } from './code-points.js';
import { Frequencies } from './frequencies.js';

export type OneHotParameters = {
  readonly drop: 'none' | 'most_frequent';
  /** The most categories that get a slot of their own. */
  readonly topK: number;
  /** How often a category must occur to get one. */
  readonly frequencyThreshold: number;
};

/**
 * Learns the vocabulary, as BigQuery ML's ONE_HOT_ENCODER does: of the categories seen at least `frequencyThreshold`
 * times the `topK` most frequent (ties: the one earlier in code point order), in code point order from slot 1 on.
 */
export class OneHotAccumulator implements Accumulator<OneHotState> {
  private readonly frequencies = new Frequencies<string>();

  constructor(private readonly parameters: OneHotParameters) {}

  add(argument: Column): void {
    for (let row = 0; row < argument.values.length; row++) {
      const value = valueAt(argument, row);
      if (value !== null) this.frequencies.add(value as string);
    }
  }

  state(): OneHotState {
    const { drop, topK, frequencyThreshold } = this.parameters;
    const kept = this.frequencies
      .ranked()
      .filter(([, count]) => count >= frequencyThreshold)
      .slice(0, topK)
      .map(([category]) => category);
    const dropped = drop === 'most_frequent' ? (kept[0] ?? null) : null;
    return { function: 'ONE_HOT_ENCODER', vocabulary: kept.sort(compareCodePoints), dropped };
  }
}

/**
 * The slot of each row that is 1: 0 for NULL and unknown categories, −1 (no slot) for the dropped category, else the
 * category's place in the vocabulary, from 1.
 */
export function oneHotSlots(state: OneHotState): (argument: Column) => Int32Array {
  const slots = new Map(state.vocabulary.map((category, index) => [category, index + 1]));
  if (state.dropped !== null) slots.set(state.dropped, -1);
  return (argument) => {
    const values = argument.values as readonly string[];
    const { valid } = argument;
    const found = new Int32Array(values.length);
    for (let row = 0; row < found.length; row++) {
      if (valid === null || valid[row] === 1) found[row] = slots.get(values[row]!) ?? 0;
    }
    return found;
  };
}
