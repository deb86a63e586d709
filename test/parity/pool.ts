import fc from 'fast-check';
import { Random } from '../verify/rows/random.js';

/**
 * Values of fast-check's arbitraries, drawn some at a time and handed out by a generator of our own: a sample of one value
 * costs fast-check more than a whole expression costs us. The same block of the same seed has the same values.
 */
export class Pools {
  private readonly drawn = new Map<string, readonly unknown[]>();

  constructor(private readonly seed: number) {}

  /** One of the values of an arbitrary, which the name stands for. */
  pick<T>(name: string, arbitrary: fc.Arbitrary<T>, random: Random): T {
    return random.pick(this.valuesOf(name, arbitrary));
  }

  private valuesOf<T>(name: string, arbitrary: fc.Arbitrary<T>): readonly T[] {
    const known = this.drawn.get(name);
    if (known !== undefined) return known as readonly T[];
    const values = fc.sample(arbitrary, { numRuns: POOL_SIZE, seed: seedOf(this.seed, name) });
    this.drawn.set(name, values);
    return values;
  }
}

/** A seed of its own for each of several parts of a seed's work: FNV-1a over their text, 32 bits. */
export function seedOf(...parts: readonly (number | string)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join(' ')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  return hash | 0;
}

/** Values of an arbitrary in one block of cases. */
const POOL_SIZE = 96;
