import { describe, expect, it } from 'vitest';
import type { AggregateName } from '../../src/compile/aggregate/aggregate-function.js';
import { parseTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { naiveCardinality } from '../support/naive-cardinality.js';
import { boundsOf, type OracleFeature, type OracleRow, windowValue } from '../support/windows-oracle.js';
import { type ColumnType, jsonText, type Scalar } from '../verify/rows/row-text.js';
import { readTraps, type TrapRow } from '../verify/rows/trap-data.js';
import { type KnownFeature, knownDifference, knownFeatures } from '../verify/windows/known-values.js';
import { readWindowQueries, toleranceOf, type WindowQuery } from '../verify/windows/trap-windows.js';

/** What stands against all engines stands itself against answers that were computed elsewhere. */
describe('the naive oracle of windows', () => {
  it('gives the known answers of every window query over the awkward rows', async () => {
    const { rows } = await readTraps();
    const queries = await readWindowQueries();
    const differences = queries.flatMap((query) => {
      const seen = rows.filter((row) => isKnown(row, query)).map(oracleRow);
      return knownFeatures(query.column).flatMap((feature) => {
        const value = jsonOf(query, feature, windowValue(oracleOf(query, feature), seen, asOfUs(query)));
        const found = knownDifference(feature, query.known[feature.name], value, toleranceOf(query));
        return found === null ? [] : [`query ${query.id}: ${found}`];
      });
    });
    expect(queries.length).toBe(316);
    expect(differences).toEqual([]);
  });

  it.each([
    [
      'a tail that moves in hops',
      { sizeUs: 10n, hopUs: 4n, offsetUs: 0n },
      21n,
      { afterUs: 8n, throughUs: 21n },
    ],
    ['a tail on an edge', { sizeUs: 10n, hopUs: 4n, offsetUs: 0n }, 22n, { afterUs: 12n, throughUs: 22n }],
    ['before 1970', { sizeUs: 10n, hopUs: 4n, offsetUs: 0n }, 1n, { afterUs: -12n, throughUs: 1n }],
    ['no tail', { sizeUs: null, hopUs: 4n, offsetUs: 0n }, 21n, { afterUs: null, throughUs: 21n }],
    ['a head in the past', { sizeUs: 10n, hopUs: 4n, offsetUs: 3n }, 21n, { afterUs: 4n, throughUs: 16n }],
    [
      'an end in the past alone',
      { sizeUs: null, hopUs: 4n, offsetUs: 25n },
      21n,
      { afterUs: null, throughUs: -4n },
    ],
    ['an exact one', { sizeUs: 10n, hopUs: 1n, offsetUs: 0n }, 21n, { afterUs: 11n, throughUs: 21n }],
  ])('knows the span of a window with %s', (_, window, tUs, span) => {
    expect(boundsOf(window, tUs)).toEqual(span);
  });

  it('counts few different values as they are, and many within three standard errors', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => `value ${i}`);
    expect(naiveCardinality('STRING', [...texts.slice(0, 20), ...texts.slice(0, 20), null])).toBe(20n);
    expect(Math.abs(Number(naiveCardinality('STRING', texts)) - 20_000)).toBeLessThan(20_000 * 3 * 0.016);
  });
});

const asOfUs = ({ asOf }: WindowQuery): bigint => parseTimestamp(asOf)!;

function isKnown({ values, created }: TrapRow, query: WindowQuery): boolean {
  if (query.knowledge === 'known' && created > asOfUs(query)) return false;
  return Object.entries(query.keys).every(([name, key]) => key !== null && values[name] === key);
}

function oracleRow({ values, event, created, order }: TrapRow): OracleRow {
  return {
    columns: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Number.isNaN(value) ? null : value]),
    ),
    tombstone: false,
    order: { eventTime: event, orderTime: created, orderColumn: order, sequence: order },
  };
}

function oracleOf({ column, windowUs }: WindowQuery, { aggregate }: KnownFeature): OracleFeature {
  const [, name, of, n] = /^(\w+)\((\*|\w+)(?:, (\d+))?\)$/.exec(aggregate)!;
  const argument = { type: column.type, scale: null, of: ({ columns }: OracleRow) => columns[column.name]! };
  return {
    aggregate: name as AggregateName,
    argument: of === '*' ? null : argument,
    parameters: { max: 100_000, ...(n !== undefined && { n: Number(n) }) },
    ...{ sizeUs: BigInt(windowUs), hopUs: 1n, offsetUs: 0n },
    ...{ passes: null, maxRows: 1_100, by: null },
  };
}

function jsonOf({ column }: WindowQuery, { name, isDouble }: KnownFeature, value: Value): unknown {
  if (Array.isArray(value))
    return value.map((each) => JSON.parse(jsonText(column.type, each as Scalar)) as unknown);
  const type: ColumnType = isDouble ? 'FLOAT64' : name.startsWith('count') ? 'INT64' : column.type;
  return JSON.parse(jsonText(type, value as Scalar)) as unknown;
}
