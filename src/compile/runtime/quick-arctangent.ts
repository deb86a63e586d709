import { LOW, productError, sumError } from './double-double.js';
import { TABLE_BITS, tableOf } from './double-table.js';
import { fixedArctangent } from './fixed-point.js';

/**
 * The angle from 0 to π/2 whose tangent is (yHigh + yLow) / (xHigh + xLow), as a double-double; both are above 0 and from
 * 2^-400 to 2^400. Relative error below 2^-68.
 */
export function quickArctangent(yHigh: number, yLow: number, xHigh: number, xLow: number): number {
  if (yHigh <= xHigh) return ofSlope(yHigh, yLow, xHigh, xLow);
  const angle = ofSlope(xHigh, xLow, yHigh, yLow);
  const sum = QUARTER_TURN - angle;
  const rest = sumError(QUARTER_TURN, -angle, sum) + (QUARTER_TURN_LOW - LOW[0]!);
  const result = sum + rest;
  LOW[0] = rest - (result - sum);
  return result;
}

/** y ≤ x: arctan(y/x) = arctan c + arctan((y − c·x) / (x + c·y)) with c the multiple of 1/128 nearest to y/x. */
function ofSlope(y: number, yLow: number, x: number, xLow: number): number {
  const j = Math.floor((y / x) * 128 + 0.5);
  const c = j * 2 ** -7;
  const cx = c * x;
  const over = y - cx;
  const overLow = sumError(y, -cx, over) - productError(c, x, cx) + (yLow - c * xLow);
  const cy = c * y;
  const under = x + cy;
  const underLow = cy - (under - x) + productError(c, y, cy) + (xLow + c * yLow);
  const q = over / under;
  const product = q * under;
  const low = (over - product - productError(q, under, product) + (overLow - q * underLow)) / under;
  const square = q * q;
  const tail = q * square * (-1 / 3 + square * (1 / 5 - square * (1 / 7 - square * (1 / 9))));
  const entry = ARCTANGENTS[j]!;
  const sum = entry + q;
  const rest = (j === 0 ? 0 : q - (sum - entry)) + (tail + (low - square * low + ARCTANGENTS[j + COUNT]!));
  const result = sum + rest;
  LOW[0] = rest - (result - sum);
  return result;
}

/** arctan(j/128), each from the last: the difference is the arctangent of 128 / (128² + j(j − 1)). */
function arctangentsOfSteps(): readonly bigint[] {
  const bits = TABLE_BITS + SPARE;
  const angles = [0n];
  for (let j = 1n; j <= 128n; j++) {
    const slope = (128n << BigInt(bits)) / (16_384n + j * (j - 1n));
    angles.push(angles.at(-1)! + fixedArctangent(slope, bits));
  }
  return angles.map((angle) => angle >> BigInt(SPARE));
}

const COUNT = 129;
const SPARE = 32;
const ARCTANGENTS = tableOf(arctangentsOfSteps());
/** π/2 */
const QUARTER_TURN = 1.5707963267948966;
const QUARTER_TURN_LOW = 6.123233995736766e-17;
