/**
 * Orders of the rows 0 … count−1 for one epoch after another, the same ones for the same seed: Fisher and Yates' shuffle
 * over mulberry32 (Tommy Ettinger, public domain).
 */
export function seededShuffle(count: number, seed: number): () => Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const random = mulberry32(seed);
  return () => {
    for (let last = count - 1; last > 0; last--) {
      const other = Math.floor((random() / 2 ** 32) * (last + 1));
      const row = order[last]!;
      order[last] = order[other]!;
      order[other] = row;
    }
    return order;
  };
}

/** Uniform integers of 32 bits. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
