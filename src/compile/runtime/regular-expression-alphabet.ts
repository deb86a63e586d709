/** Code points that no set of a program tells apart are one column. */
export class Alphabet {
  /** How many columns there are. */
  readonly size: number;
  /** Where code points of another column begin, ascending, and the column of each. */
  private readonly bounds: readonly number[];
  private readonly columns: readonly number[];
  private readonly ascii: Int32Array;
  private readonly members: readonly Uint8Array[];

  constructor(sets: readonly (readonly number[])[]) {
    const { bounds, columns, members } = partition(sets);
    this.bounds = bounds;
    this.columns = columns;
    this.members = members;
    this.size = members.length;
    this.ascii = Int32Array.from({ length: 128 }, (_, point) => this.find(point));
  }

  columnOf(point: number): number {
    return point < 128 ? this.ascii[point]! : this.find(point);
  }

  /** 1 for each set that holds the column's code points. */
  setsOf(column: number): Uint8Array {
    return this.members[column]!;
  }

  private find(point: number): number {
    let low = 0;
    let high = this.bounds.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.bounds[middle]! <= point) low = middle;
      else high = middle - 1;
    }
    return this.columns[low]!;
  }
}

function partition(sets: readonly (readonly number[])[]): {
  readonly bounds: readonly number[];
  readonly columns: readonly number[];
  readonly members: readonly Uint8Array[];
} {
  const changes = new Map<number, number[]>([[0, []]]);
  for (const [index, ranges] of sets.entries()) {
    for (let i = 0; i < ranges.length; i++) {
      // A range changes the set at its first code point and behind its last one.
      const at = ranges[i]! + (i % 2);
      changes.set(at, [...(changes.get(at) ?? []), index]);
    }
  }
  const bounds = [...changes.keys()].sort((a, b) => a - b);
  const known = new Map<string, number>();
  const members: Uint8Array[] = [];
  const current = new Uint8Array(sets.length);
  const columns = bounds.map((at) => {
    for (const index of changes.get(at)!) current[index]! ^= 1;
    const key = keyOf(current);
    if (!known.has(key)) {
      known.set(key, members.length);
      members.push(current.slice());
    }
    return known.get(key)!;
  });
  return { bounds, columns, members };
}

/** A text that tells lists of 0 and 1 of one length apart: sixteen members a code unit. */
export function keyOf(members: Uint8Array): string {
  let key = '';
  for (let i = 0; i < members.length; i += 16) {
    let unit = 0;
    const end = Math.min(i + 16, members.length);
    for (let j = i; j < end; j++) unit = (unit << 1) | members[j]!;
    key += String.fromCharCode(unit);
  }
  return key;
}
