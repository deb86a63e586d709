/** Pseudo-random choices that a seed repeats: mulberry32, period 2^32. */
export class Random {
  constructor(private state: number) {}

  /** In [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  /** The same of microseconds. */
  wholeUs(from: bigint, to: bigint): bigint {
    return from + BigInt(Math.floor(this.next() * Number(to - from + 1n)));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  /** A new list of the same items in another order (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.whole(0, i);
      [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
    }
    return mixed;
  }

  /** The items in consecutive pieces of 1 to `most`. */
  cut<T>(items: readonly T[], most: number): T[][] {
    const pieces: T[][] = [];
    for (let start = 0; start < items.length; ) {
      const end = start + this.whole(1, most);
      pieces.push(items.slice(start, end));
      start = end;
    }
    return pieces;
  }
}
