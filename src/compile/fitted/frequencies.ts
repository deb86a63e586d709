import type { Column } from '../../definition/column-batch.js';
import { compareCodePoints } from './code-points.js';
import { isValid } from './encoder.js';

/** How often each value was seen. */
export class Frequencies<V extends string | number> {
  private readonly places = new Map<V, number>();
  private readonly values: V[] = [];
  private readonly counts: number[] = [];

  add(value: V, times = 1): void {
    const place = this.places.get(value);
    if (place !== undefined) {
      this.counts[place]! += times;
      return;
    }
    this.places.set(value, this.values.length);
    this.values.push(value);
    this.counts.push(times);
  }

  /** Adds the values of a column of V that are not NULL. */
  addColumn(column: Column): void {
    const values = column.values as unknown as ArrayLike<V>;
    for (let row = 0; row < values.length; row++) {
      if (isValid(column, row)) this.add(values[row]!);
    }
  }

  merge(other: Frequencies<V>): void {
    for (const [place, value] of other.values.entries()) this.add(value, other.counts[place]!);
  }

  /** How many values were added. */
  total(): number {
    return this.counts.reduce((total, count) => total + count, 0);
  }

  /** The most frequent value, of equally frequent ones the smallest, strings by code points; null of nothing. */
  mostFrequent(): V | null {
    let best = -1;
    for (let place = 0; place < this.values.length; place++) {
      if (best < 0 || this.isBefore(place, best)) best = place;
    }
    return best < 0 ? null : this.values[best]!;
  }

  /** Values seen at least `least` times with their counts, most frequent first; ties by `compare`. */
  ranked(least: number, compare: (a: V, b: V) => number): readonly (readonly [V, number])[] {
    return this.values
      .map((value, place) => [value, this.counts[place]!] as const)
      .filter(([, count]) => count >= least)
      .sort(([a, m], [b, n]) => n - m || compare(a, b));
  }

  private isBefore(place: number, best: number): boolean {
    const difference = this.counts[place]! - this.counts[best]!;
    return difference > 0 || (difference === 0 && compareValues(this.values[place]!, this.values[best]!) < 0);
  }
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}
