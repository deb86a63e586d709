import { seededRandom } from './seeded-random.js';

/** Orders of the rows 0 … count−1 for one epoch after another, the same ones for the same seed: Fisher and Yates' shuffle. */
export function seededShuffle(count: number, seed: number): () => Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, row) => row);
  const random = seededRandom(seed);
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
