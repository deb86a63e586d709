import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockOf, firstBlock, type TileSeries } from '../../src/compile/window/series.js';
import { columnOf } from '../../src/definition/column-batch.js';
import { floorDivided } from '../../src/definition/floor-divided.js';
import { TIMESTAMP_MAX_US, TIMESTAMP_MIN_US } from '../../src/definition/value.js';
import { changedBlock } from '../../src/online/window/changed-block.js';
import { StateRows } from '../../src/online/window/state-rows.js';
import { decodeBlock, encodeBlock, TileCodec } from '../../src/online/window/tile-block.js';
import { blockOfTile, placeInBlock, TileNumbers } from '../../src/online/window/tile-numbers.js';
import { listingSet } from './window-fixture.js';

describe('a block of tiles', () => {
  it('is what its tiles are, each decoded, added to and encoded', () => {
    fc.assert(
      fc.property(anyTiles(), anyTiles(), (stored, added) => {
        const before = encodeBlock(stored.map(tileOf));
        const touched = added.flatMap((values, place) => (values === null ? [] : [{ place, rows: values }]));
        const expected = decodeBlock(before).map((tile, place) => {
          const states = CODEC.decode(tile);
          ROWS.add(states, added[place] ?? []);
          return CODEC.encode(states);
        });
        expect(changedBlock(before, touched, { codec: CODEC, rows: ROWS })).toEqual(encodeBlock(expected));
      }),
      { numRuns: 500 },
    );
  });
});

describe('numbers of tiles', () => {
  it('are those of exact integers, whatever the instants, hops and reaches', () => {
    fc.assert(
      fc.property(fc.array(anyInstant(), { minLength: 1 }), anySeries(), (instants, series) => {
        const numbers = new TileNumbers(series, 3, BigInt64Array.from(instants));
        instants.forEach((us, row) => {
          const tile = floorDivided(us - 1n, series.hopUs);
          const found = numbers.tileOf(row);
          expect(BigInt(found)).toBe(tile);
          expect(placeInBlock(found)).toBe(Number(BigInt.asUintN(4, tile)));
          const id = numbers.idOf(blockOfTile(found));
          expect(id).toEqual({ series: 3, number: blockOf(series, us) });
          expect(numbers.idOf(blockOfTile(found))).toBe(id);
          expect(BigInt(numbers.firstBlock(us))).toBe(firstBlock(series, us));
        });
      }),
      { numRuns: 500 },
    );
  });
});

const SET = listingSet(0, []);
const CODEC = new TileCodec(SET.states.map(({ aggregate }) => aggregate));

/** Row `i` has the number `i`; those that 3 divides pass no filter. */
const NUMBERS = Array.from({ length: 200 }, (_, i) => i);
const ROWS = new StateRows([SET.states[1]!, SET.states[1]!], {
  rowCount: NUMBERS.length,
  orders: {
    eventTimes: new BigInt64Array(NUMBERS.length),
    orderTimes: new BigInt64Array(NUMBERS.length),
    orderColumn: null,
    sequences: new BigInt64Array(NUMBERS.length),
  },
  inputs: new Map([
    ['x', columnOf('INT64', NUMBERS.map(BigInt))],
    [
      'f',
      columnOf(
        'BOOL',
        NUMBERS.map((i) => i % 3 !== 0),
      ),
    ],
  ]),
  tombstones: null,
});

function tileOf(values: readonly number[] | null): Uint8Array | null {
  const states = CODEC.decode(null);
  if (values !== null) ROWS.add(states, values);
  return CODEC.encode(states);
}

/** Of each tile of a block the rows in it; null is none. */
function anyTiles(): fc.Arbitrary<(number[] | null)[]> {
  const rows = fc.array(fc.nat(NUMBERS.length - 1), { maxLength: 30 });
  return fc.array(fc.option(rows, { freq: 2 }), { minLength: 16, maxLength: 16 });
}

function anyInstant(): fc.Arbitrary<bigint> {
  const edges = [
    0n,
    1n,
    -1n,
    2n ** 52n,
    -(2n ** 52n),
    2n ** 53n,
    -(2n ** 53n),
    TIMESTAMP_MAX_US,
    TIMESTAMP_MIN_US,
  ];
  const near = fc
    .tuple(fc.constantFrom(...edges), fc.bigInt({ min: -3n, max: 3n }))
    .map(([edge, by]) => edge + by)
    .filter((us) => us >= TIMESTAMP_MIN_US && us <= TIMESTAMP_MAX_US);
  return fc.oneof(near, fc.bigInt({ min: TIMESTAMP_MIN_US, max: TIMESTAMP_MAX_US }));
}

function anySeries(): fc.Arbitrary<TileSeries> {
  const hops = [2n, 7n, 1_000_000n, 3_600_000_000n, 86_400_000_000n, 2n ** 51n];
  const reaches = fc.bigInt({ min: 0n, max: TIMESTAMP_MAX_US });
  return fc
    .tuple(fc.constantFrom(...hops), reaches)
    .map(([hopUs, reachUs]) => ({ kind: 'tiles', hopUs, reachUs, states: [0], features: [] }));
}
