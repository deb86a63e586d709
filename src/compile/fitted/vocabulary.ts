import type { Column } from '../../definition/column-batch.js';
import type { FittedParameters } from '../../definition/expression.js';
import type { Accumulator } from './accumulator.js';
import { compareCodePoints } from './code-points.js';
import { isValid } from './encoder.js';
import { Frequencies } from './frequencies.js';
import type { FittedState } from './state.js';

/** Categories in the order of their numbers, with the rows that had each of them. */
export type LearntVocabulary = {
  readonly vocabulary: readonly string[];
  readonly counts: readonly number[];
  /** The most frequent category of those kept; null of none. */
  readonly mostFrequent: string | null;
  /** Rows that were not NULL. */
  readonly rows: number;
};

/**
 * Learns a vocabulary: of the categories that at least `frequencyThreshold` rows have the `topK` most frequent. BigQuery ML's
 * order is that of code points, and of equally frequent ones it keeps the earlier; TFX Transform's is by frequency, and of
 * equally frequent ones the later in code point order comes first.
 */
export class VocabularyAccumulator<State extends FittedState> implements Accumulator<State> {
  private readonly frequencies = new Frequencies<string>();
  private rows = 0;

  constructor(
    private readonly parameters: FittedParameters,
    private readonly finish: (learnt: LearntVocabulary) => State,
  ) {}

  add(argument: Column): void {
    if (argument.type === 'STRING') this.frequencies.addColumn(argument);
    else this.addArrays(argument);
  }

  merge(other: VocabularyAccumulator<State>): void {
    this.frequencies.merge(other.frequencies);
    this.rows += other.rows;
  }

  addValue(value: string, times: number): void {
    if (times > 0) this.frequencies.add(value, times);
  }

  state(): State {
    const { topK, frequencyThreshold, order } = this.parameters;
    const isByFrequency = order === 'frequency';
    const compare = isByFrequency ? (a: string, b: string) => compareCodePoints(b, a) : compareCodePoints;
    const kept = this.frequencies.ranked(Number(frequencyThreshold), compare).slice(0, Number(topK));
    const ordered = isByFrequency ? kept : kept.toSorted(([a], [b]) => compareCodePoints(a, b));
    return this.finish({
      vocabulary: ordered.map(([category]) => category),
      counts: ordered.map(([, count]) => count),
      mostFrequent: kept[0]?.[0] ?? null,
      rows: this.rows,
    });
  }

  /** A row counts once for each of its categories. */
  private addArrays(argument: Column): void {
    const arrays = argument.values as readonly (readonly string[])[];
    for (let row = 0; row < arrays.length; row++) {
      if (!isValid(argument, row)) continue;
      this.rows++;
      for (const category of new Set(arrays[row])) this.frequencies.add(category);
    }
  }
}

/** Vocabulary and counts as people read them; counts of long vocabularies are left out. */
export function vocabularyState({ vocabulary, counts }: LearntVocabulary): {
  readonly vocabulary: readonly string[];
  readonly counts?: readonly number[];
} {
  return vocabulary.length > MAX_COUNTED ? { vocabulary } : { vocabulary, counts };
}

const MAX_COUNTED = 1000;

/** The place of each category in a vocabulary, from `first` on. */
export function placesIn(vocabulary: readonly string[], first: number): Map<string, number> {
  return new Map(vocabulary.map((category, index) => [category, index + first]));
}
