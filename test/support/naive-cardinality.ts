import { hash } from 'node:crypto';
import type { Value } from '../../src/definition/value.js';
import type { ScalarType } from '../../src/definition/value-type.js';

const REGISTER_BITS = 12;
const REGISTERS = 2 ** REGISTER_BITS;
const OTHER_BITS = 64 - REGISTER_BITS;

/**
 * What APPROX_COUNT_DISTINCT says of values, NULLs left out, as S22 and the documentation publish it: 4,096 registers over the
 * first 64 bits of MD5, and the estimate of algorithm 6 of Ertl (arXiv:1702.01284) of how many have each rank.
 */
export function naiveCardinality(type: ScalarType, values: readonly Value[]): bigint {
  const ranks = new Map<string, number>();
  for (const value of values) {
    if (value === null) continue;
    const hex = hash('md5', published(type, value), 'hex').slice(0, 16);
    const bits = BigInt(`0x${hex}`).toString(2).padStart(64, '0');
    const register = bits.slice(0, REGISTER_BITS);
    const rank = bits.slice(REGISTER_BITS).indexOf('1') + 1 || OTHER_BITS + 1;
    ranks.set(register, Math.max(rank, ranks.get(register) ?? 0));
  }
  const having = (rank: number): number => [...ranks.values()].filter((each) => each === rank).length;
  const [full, empty] = [having(OTHER_BITS + 1) / REGISTERS, (REGISTERS - ranks.size) / REGISTERS];
  let z = REGISTERS * (ofFull(1 - full) / 2 ** OTHER_BITS + ofEmpty(empty));
  for (let rank = 1; rank <= OTHER_BITS; rank++) z += having(rank) / 2 ** rank;
  return BigInt(Math.round(REGISTERS ** 2 / (2 * Math.LN2 * z)));
}

/** σ(x) = x + Σ x^(2^k) 2^(k−1), k from 1. */
function ofEmpty(x: number): number {
  if (x === 1) return Number.POSITIVE_INFINITY;
  let sum = x;
  for (let k = 1; k <= 64; k++) sum += x ** (2 ** k) * 2 ** (k - 1);
  return sum;
}

/** τ(x) = (1 − x − Σ (1 − x^(2^−k))² 2^−k) / 3, k from 1. */
function ofFull(x: number): number {
  if (x === 0 || x === 1) return 0;
  let sum = 1 - x;
  for (let k = 1; k <= 64; k++) sum -= (1 - x ** (2 ** -k)) ** 2 * 2 ** -k;
  return sum / 3;
}

/** What is hashed of a value: its text, or of a double its bytes, the most significant first. */
function published(type: ScalarType, value: NonNullable<Value>): string | Uint8Array {
  if (type === 'FLOAT64') {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setFloat64(0, value === 0 ? 0 : (value as number));
    return new Uint8Array(bytes.buffer);
  }
  return value instanceof Uint8Array ? value : String(value);
}
