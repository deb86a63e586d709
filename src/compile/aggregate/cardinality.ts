/**
 * How many different values were hashed, of `counts[r]` registers of rank r: the improved raw estimator, which needs no tables
 * and no case for small counts. Only +, −, ·, / and √ of doubles in a fixed order, so the same bits everywhere.
 * Source: Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017 (arXiv:1702.01284), algorithm 6.
 */
export function estimatedCardinality(counts: readonly number[]): number {
  const registers = counts.reduce((sum, count) => sum + count, 0);
  const last = counts.length - 1;
  let z = registers * tau(1 - counts[last]! / registers);
  for (let rank = last - 1; rank >= 1; rank--) z = 0.5 * (z + counts[rank]!);
  z += registers * sigma(counts[0]! / registers);
  return Math.min((ALPHA * registers * registers) / z, MOST);
}

/** 1 / (2 ln 2), the limit of the bias correction for many registers. */
const ALPHA = 0.7213475204444817;

/** What is said of a sketch that is full, which 2^64 values would hardly make. */
const MOST = 2 ** 62;

/** x + Σ x^(2^k) · 2^(k − 1) for k ≥ 1; infinite at 1. */
function sigma(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let [power, weight, sum] = [x, 1, x];
  for (let before = -1; sum !== before; ) {
    before = sum;
    power *= power;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

/** (1 − x − Σ (1 − x^(2^−k))² · 2^−k for k ≥ 1) / 3. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let [root, weight, sum] = [x, 1, 1 - x];
  for (let before = -1; sum !== before; ) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
