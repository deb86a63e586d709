import { exp } from '../compile/runtime/exponential.js';
import { ln } from '../compile/runtime/logarithm.js';
import type { CalibrationMethod } from '../definition/document.js';
import { type Calibration, logistic } from '../model/calibration.js';

/** Learns probabilities from the logits and labels (0 or 1) of rows that did not train; both classes occur. */
export function fitCalibration(
  method: CalibrationMethod,
  logits: Float64Array,
  labels: Float32Array,
): Calibration {
  return method === 'platt' ? fitPlatt(logits, labels) : fitIsotonic(logits, labels);
}

/**
 * Platt's sigmoid by Newton's method with backtracking, targets smoothed to (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2): Lin, Lin
 * and Weng, A note on Platt's probabilistic outputs, 2007, whose A and B are −slope and −intercept.
 */
function fitPlatt(logits: Float64Array, labels: Float32Array): Calibration {
  const positives = labels.reduce((count, label) => count + label, 0);
  const negatives = labels.length - positives;
  const high = (positives + 1) / (positives + 2);
  const low = 1 / (negatives + 2);
  const targets = Float64Array.from(labels, (label) => (label === 1 ? high : low));
  let line: Line = { slope: 0, intercept: ln((positives + 1) / (negatives + 1)) };
  let loss = crossEntropy(line, logits, targets);
  for (let step = 0; step < MAX_STEPS; step++) {
    const { gradient, move } = newton(line, logits, targets);
    if (Math.abs(gradient.slope) < CONVERGED && Math.abs(gradient.intercept) < CONVERGED) break;
    const found = backtracked({ line, loss, gradient, move }, logits, targets);
    if (found === null) break;
    ({ line, loss } = found);
  }
  return { kind: 'platt', ...line };
}

type Line = { readonly slope: number; readonly intercept: number };

const MAX_STEPS = 100;
const CONVERGED = 1e-9;
/** Keeps the Hessian positive definite. */
const RIDGE = 1e-12;
const LEAST_STEP = 1e-10;

/** −Σ t ln p + (1 − t) ln (1 − p), written so that nothing overflows. */
function crossEntropy({ slope, intercept }: Line, logits: Float64Array, targets: Float64Array): number {
  let total = 0;
  for (let row = 0; row < logits.length; row++) {
    const z = slope * logits[row]! + intercept;
    const t = targets[row]!;
    total += (z >= 0 ? (1 - t) * z : -t * z) + ln(1 + exp(-Math.abs(z)));
  }
  return total;
}

/** The gradient of the loss and Newton's step against it. */
function newton(
  { slope, intercept }: Line,
  logits: Float64Array,
  targets: Float64Array,
): { readonly gradient: Line; readonly move: Line } {
  let [g1, g2, h11, h21, h22] = [0, 0, RIDGE, 0, RIDGE];
  for (let row = 0; row < logits.length; row++) {
    const x = logits[row]!;
    const p = logistic(slope * x + intercept);
    const difference = p - targets[row]!;
    const curvature = p * (1 - p);
    g1 += x * difference;
    g2 += difference;
    h11 += x * x * curvature;
    h21 += x * curvature;
    h22 += curvature;
  }
  const determinant = h11 * h22 - h21 * h21;
  return {
    gradient: { slope: g1, intercept: g2 },
    move: {
      slope: -(h22 * g1 - h21 * g2) / determinant,
      intercept: -(h11 * g2 - h21 * g1) / determinant,
    },
  };
}

type Step = { readonly line: Line; readonly loss: number; readonly gradient: Line; readonly move: Line };

/** Halves the step until the loss falls enough (Armijo, 1e-4); null when it does not any more. */
function backtracked(
  { line, loss, gradient, move }: Step,
  logits: Float64Array,
  targets: Float64Array,
): { readonly line: Line; readonly loss: number } | null {
  const descent = gradient.slope * move.slope + gradient.intercept * move.intercept;
  for (let size = 1; size >= LEAST_STEP; size /= 2) {
    const tried = {
      slope: line.slope + size * move.slope,
      intercept: line.intercept + size * move.intercept,
    };
    const triedLoss = crossEntropy(tried, logits, targets);
    if (triedLoss < loss + 1e-4 * size * descent) return { line: tried, loss: triedLoss };
  }
  return null;
}

/**
 * The non-decreasing steps nearest to the labels in squares, by pooling adjacent violators (Barlow and others, 1972). Rows of
 * one logit are one step; a step is kept by its first and last logit, so between steps probabilities are interpolated.
 */
function fitIsotonic(logits: Float64Array, labels: Float32Array): Calibration {
  const pools: Pool[] = [];
  for (const group of groupsOf(logits, labels)) {
    let pool = group;
    for (let last = pools.at(-1); last !== undefined && meanOf(last) >= meanOf(pool); last = pools.at(-1)) {
      pools.pop();
      pool = {
        from: last.from,
        to: pool.to,
        rows: last.rows + pool.rows,
        positives: last.positives + pool.positives,
      };
    }
    pools.push(pool);
  }
  const ends = pools.flatMap((pool) => {
    const probability = meanOf(pool);
    const places = pool.from === pool.to ? [pool.from] : [pool.from, pool.to];
    return places.map((logit) => ({ logit, probability }));
  });
  return {
    kind: 'isotonic',
    logits: ends.map(({ logit }) => logit),
    probabilities: ends.map(({ probability }) => probability),
  };
}

type Pool = {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly positives: number;
};

function meanOf({ rows, positives }: Pool): number {
  return positives / rows;
}

function groupsOf(logits: Float64Array, labels: Float32Array): readonly Pool[] {
  const order = Uint32Array.from(logits.keys()).sort((a, b) => logits[a]! - logits[b]!);
  const groups: Pool[] = [];
  for (const row of order) {
    const logit = logits[row]!;
    const last = groups.at(-1);
    if (last?.from === logit) {
      groups[groups.length - 1] = { ...last, rows: last.rows + 1, positives: last.positives + labels[row]! };
    } else groups.push({ from: logit, to: logit, rows: 1, positives: labels[row]! });
  }
  return groups;
}
