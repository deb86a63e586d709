/**
 * Sorts finite doubles in place by their bits, 16 at a time from the lowest (LSD radix sort), without those that are the same
 * in all of them, as the lower ones of whole numbers are. Numbers are little-endian wherever this runs.
 */
export function sortDoubles(values: Float64Array): void {
  if (values.length < LEAST_BY_RADIX) {
    values.sort();
    return;
  }
  const halves = new Uint16Array(values.buffer, values.byteOffset, 4 * values.length);
  flip(halves);
  let from: Uint16Array = halves;
  let to: Uint16Array = new Uint16Array(halves.length);
  for (let digit = 0; digit < 4; digit++) {
    const starts = startsOf(from, digit);
    if (starts === null) continue;
    scatter(from, to, digit, starts);
    [from, to] = [to, from];
  }
  if (from !== halves) halves.set(from);
  unflip(halves);
}

/** Below, counting 65,536 buckets costs more than the engine's sort. */
const LEAST_BY_RADIX = 32_768;

/** Bits of doubles in the order of their values: those of negative ones inverted, else the sign alone. */
function flip(halves: Uint16Array): void {
  for (let i = 0; i < halves.length; i += 4) {
    const top = halves[i + 3]!;
    if (top < 0x8000) {
      halves[i + 3] = top | 0x8000;
      continue;
    }
    for (let digit = 0; digit < 4; digit++) halves[i + digit]! ^= 0xffff;
  }
}

function unflip(halves: Uint16Array): void {
  for (let i = 0; i < halves.length; i += 4) {
    const top = halves[i + 3]!;
    if (top >= 0x8000) {
      halves[i + 3] = top & 0x7fff;
      continue;
    }
    for (let digit = 0; digit < 4; digit++) halves[i + digit]! ^= 0xffff;
  }
}

/** Where the values with each digit begin; null where all have the same. */
function startsOf(halves: Uint16Array, digit: number): Uint32Array | null {
  const counts = new Uint32Array(65_536);
  for (let i = digit; i < halves.length; i += 4) counts[halves[i]!]!++;
  if (counts[halves[digit]!] === halves.length / 4) return null;
  let start = 0;
  for (let value = 0; value < counts.length; value++) {
    const count = counts[value]!;
    counts[value] = start;
    start += count;
  }
  return counts;
}

function scatter(from: Uint16Array, to: Uint16Array, digit: number, starts: Uint32Array): void {
  const source = new Uint32Array(from.buffer, from.byteOffset, from.length / 2);
  const target = new Uint32Array(to.buffer, to.byteOffset, to.length / 2);
  for (let i = 0; i < source.length; i += 2) {
    const at = 2 * starts[from[2 * i + digit]!]!++;
    target[at] = source[i]!;
    target[at + 1] = source[i + 1]!;
  }
}
