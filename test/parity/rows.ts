import { columnOf, finiteColumn, valueAt } from '../../src/definition/column-batch.js';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';
import type { Random } from '../verify/rows/random.js';
import { COLUMNS } from './columns.js';
import type { Row } from './oracle.js';
import type { Pools } from './pool.js';
import { HOSTILE } from './values.js';

/** Rows as somebody sends them: hostile values, some NULL, some NaN or infinite, some arrays that hold such an element. */
export function rowsOf(count: number, pools: Pools, random: Random): readonly Row[] {
  return Array.from({ length: count }, () => {
    // Arrays that meet in a distance are of one length more often than not.
    const length = random.whole(0, MAX_ARRAY_LENGTH);
    return new Map([...COLUMNS].map(([name, type]) => [name, sentValue(type, length, { pools, random })]));
  });
}

/** The rows as they are behind a door: what is not finite is NULL (S3), by the code that doors call. */
export function throughDoor(rows: readonly Row[]): readonly Row[] {
  const columns = [...COLUMNS].map(([name, type]) => {
    const sent = rows.map((row) => row.get(name) ?? null);
    return [name, finiteColumn(columnOf(type, sent))] as const;
  });
  return rows.map((_, index) => new Map(columns.map(([name, column]) => [name, valueAt(column, index)])));
}

type Draw = { readonly pools: Pools; readonly random: Random };

function sentValue(type: ValueType, length: number, draw: Draw): Value {
  if (draw.random.chance(NULL_SHARE)) return null;
  const element = elementTypeOf(type);
  if (element === null) return scalarOf(type as ScalarType, draw);
  const own = draw.random.chance(SAME_LENGTH_SHARE) ? length : draw.random.whole(0, MAX_ARRAY_LENGTH);
  const items = Array.from({ length: own }, () => scalarOf(element, draw));
  if (own > 0 && draw.random.chance(NULL_SHARE)) items[draw.random.whole(0, own - 1)] = null;
  return items;
}

function scalarOf(type: ScalarType, { pools, random }: Draw): Value {
  if (type === 'FLOAT64' && random.chance(NON_FINITE_SHARE)) return random.pick(NON_FINITE);
  return pools.pick(type, HOSTILE[type], random);
}

const NULL_SHARE = 1 / 12;
const NON_FINITE_SHARE = 1 / 48;
const SAME_LENGTH_SHARE = 0.8;
const MAX_ARRAY_LENGTH = 4;
const NON_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
