import { compareCodePoints } from './code-points.js';

/** How often each value was seen. */
export class Frequencies<V extends string | number> {
  private readonly counts = new Map<V, number>();

  add(value: V): void {
    this.counts.set(value, (this.counts.get(value) ?? 0) + 1);
  }

  /** Values and counts, most frequent first; ties by the smaller value, strings by code points. */
  ranked(): readonly (readonly [V, number])[] {
    return [...this.counts].sort(([a, m], [b, n]) => n - m || compare(a, b));
  }
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'string' && typeof b === 'string') return compareCodePoints(a, b);
  return Number(a) - Number(b);
}
