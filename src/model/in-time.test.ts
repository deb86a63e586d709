import { describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../definition/column-batch.js';
import { choosePlaces, inPlaces } from './in-time.js';

const BLOCKS = {
  blocks: [{ fromUs: 10n }, { fromUs: 20n }],
  finalFromUs: 30n,
  boundary: 'inclusive',
} as const;
const timeOf = (...asOf: bigint[]) => ({ asOf: BigInt64Array.from(asOf), boundary: 'inclusive' }) as const;

function rowsOf(asOf: readonly bigint[]): ColumnBatch {
  return { rowCount: asOf.length, columns: new Map([['t', columnOf('TIMESTAMP', asOf)]]) };
}

describe('choosePlaces', () => {
  it.each([
    { us: 9n, place: -1 },
    { us: 10n, place: 0 },
    { us: 19n, place: 0 },
    { us: 20n, place: 1 },
    { us: 29n, place: 1 },
    { us: 30n, place: 2 },
    { us: 10n ** 18n, place: 2 },
    { us: -1n, place: -1 },
  ])('gives T = $us the model of place $place', ({ us, place }) => {
    expect([...choosePlaces(BLOCKS, timeOf(us))]).toEqual([place]);
  });

  it.each([
    { own: 'inclusive', reading: 'inclusive', places: [1, 2] },
    { own: 'inclusive', reading: 'exclusive', places: [1, 2] },
    { own: 'exclusive', reading: 'exclusive', places: [1, 2] },
    { own: 'exclusive', reading: 'inclusive', places: [1, 1] },
  ] as const)('of blocks by T $own, asked by T $reading, never takes a later one than either says', (row) => {
    const asked = { asOf: BigInt64Array.of(29n, 30n), boundary: row.reading };
    expect([...choosePlaces({ ...BLOCKS, boundary: row.own }, asked)]).toEqual(row.places);
  });
});

describe('inPlaces', () => {
  const outputs = [{ name: 'prediction', type: 'FLOAT64' }] as const;
  const score = async (
    place: number,
    { rowCount }: ColumnBatch,
    asOf: BigInt64Array,
  ): Promise<ColumnBatch> => ({
    rowCount,
    columns: new Map([
      [
        'prediction',
        columnOf(
          'FLOAT64',
          [...asOf].map((us) => Number(us) + place / 10),
        ),
      ],
    ]),
  });
  const predictions = async (times: readonly bigint[]): Promise<readonly unknown[]> => {
    const asOf = BigInt64Array.from(times);
    const places = choosePlaces(BLOCKS, timeOf(...times));
    const { columns } = await inPlaces({ rows: rowsOf(times), asOf, places, outputs }, score);
    return times.map((_, row) => valueAt(columns.get('prediction')!, row));
  };

  it('puts rows of several models back in their order, NULL where there is none', async () => {
    expect(await predictions([35n, 5n, 12n, 22n, 11n, 36n])).toEqual([35.2, null, 12, 22.1, 11, 36.2]);
  });

  it.each([
    { times: [], expected: [] },
    { times: [1n, 2n], expected: [null, null] },
    { times: [31n, 30n], expected: [31.2, 30.2] },
  ])('takes $times', async ({ times, expected }) => {
    expect(await predictions(times)).toEqual(expected);
  });
});
