import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { jsonOf, parseJsonLossless, parseJsonValue, stringifyJson } from '../../src/definition/json-value.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import type { OfferedRows } from '../../src/ingest/delivery.js';
import { offeredOfArrow, offeredOfJson, offeredOfNdjson } from '../../src/ingest/row-parser.js';
import { arrowBytes } from '../../src/offline/arrow.js';

const TYPES: Readonly<Record<string, ValueType>> = {
  k: 'STRING',
  at: 'TIMESTAMP',
  i: 'INT64',
  f: 'FLOAT64',
  b: 'BOOL',
  y: 'BYTES',
  d: 'DATE',
  e: 'ARRAY<FLOAT64>',
};
const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 's',
  eventTime: 'at',
  columns: Object.entries(TYPES).map(([name, type]) => ({ name, type })),
};
const NAMES = Object.keys(TYPES);

/** Members of a row: values of each type and of others, and names that no column has. */
const members = fc.array(
  fc.tuple(
    fc.constantFrom(...NAMES, '__proto__', 'constructor', 'toString', 'x'),
    fc.constantFrom(
      '1',
      '"1"',
      '1.5',
      '-0.0',
      'null',
      'true',
      '"a"',
      '"\\ud800"',
      '9007199254740993',
      '1e400',
      '"NaN"',
      '"2013-11-03T06:00:00Z"',
      '"2013-11-03"',
      '[1,2]',
      '[1,null]',
      '["x"]',
      '{"a":1}',
      '"AP8="',
    ),
  ),
  { maxLength: 6 },
);
const lines = fc.array(
  fc.oneof(
    members.map((each) => `{${[...new Map(each)].map(([name, json]) => `"${name}":${json}`).join(',')}}`),
    fc.constantFrom('[]', '7', 'null', '"{}"', '{', '', '   '),
  ),
  { maxLength: 20 },
);

describe('rows of a body', () => {
  it('parse one by one as each value does, whatever the others are', () => {
    fc.assert(
      fc.property(lines, (texts) => {
        const rows = texts.filter(isJson).map((text) => parseJsonLossless(text));
        const offered = offeredOfJson(SOURCE, rows);
        rows.forEach((row, ordinal) => {
          expectRow(offered, ordinal, row);
        });
      }),
    );
  });

  it('are the same as JSON and as lines of it', () => {
    fc.assert(
      fc.property(lines, (texts) => {
        const offered = offeredOfNdjson(SOURCE, Buffer.from(texts.join('\n')));
        texts.forEach((text, line) => {
          if (text.trim() === '') expect(placeOf(offered, line)).toEqual([-1, -1]);
          else if (isJson(text)) expectRow(offered, line, parseJsonLossless(text));
          else expect(offered.refused.find(({ ordinal }) => ordinal === line)).toMatchObject({ row: text });
        });
      }),
    );
  });

  it('keep a bad line from no other, were it no text at all', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"k":"ü"}\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('{"k":"b"}'),
    ]);
    const { rows, ordinals, refused } = offeredOfNdjson(SOURCE, bytes);
    expect([valueAt(rows.columns.get('k')!, 0), valueAt(rows.columns.get('k')!, 1)]).toEqual(['ü', 'b']);
    expect(ordinals).toEqual([0, 2]);
    expect(refused).toEqual([
      { ordinal: 1, row: '\ufffd', problems: [{ path: '', message: 'is no UTF-8' }] },
    ]);
  });

  it('that nest too deep are refused, and not kept', () => {
    const deep = parseJsonLossless(`{"k":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
    const [refused] = offeredOfJson(SOURCE, [deep]).refused;
    expect(refused).toMatchObject({
      row: null,
      problems: [{ path: '', message: expect.stringContaining('nested') }, {}],
    });
  });

  it('of Arrow are taken by name and by their very types', () => {
    const arrow = (columns: Readonly<Record<string, readonly [ValueType, readonly Value[]]>>): Uint8Array =>
      arrowBytes({
        rowCount: 2,
        columns: new Map(
          Object.entries(columns).map(([name, [type, values]]) => [name, columnOf(type, values)]),
        ),
      });
    const offered = offeredOfArrow(
      SOURCE,
      arrow({ f: ['FLOAT64', [Number.NaN, -0]], k: ['STRING', ['\ufeffa', null]] }),
    );
    expect(jsonRow(offered, 0)).toEqual({ k: '\ufeffa' });
    expect(jsonRow(offered, 1)).toEqual({ f: -0 });
    const refusal = (bytes: Uint8Array): unknown => {
      try {
        return offeredOfArrow(SOURCE, bytes);
      } catch (error) {
        return error;
      }
    };
    expect(refusal(arrow({ i: ['FLOAT64', [1, 2]], x: ['INT64', [1n, 2n]] }))).toMatchObject({
      code: 'INVALID_ROW',
      details: { problems: [{ path: '/i' }, { path: '/x' }] },
    });
    expect(refusal(Buffer.from('{"rows":[]}'))).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(refusal(arrow({ k: ['STRING', ['a', 'b']] }).subarray(0, -8))).toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});

/** By the rules of each value alone (S4): the oracle. */
function expectRow(offered: OfferedRows, ordinal: number, row: unknown): void {
  const [at, refused] = placeOf(offered, ordinal);
  const isRow = typeof row === 'object' && row !== null && !Array.isArray(row);
  const wrong = isRow ? Object.entries(row).filter(([name, json]) => !isGood(name, json)) : [];
  if (isRow && wrong.length === 0) {
    expect([at >= 0, refused]).toEqual([true, -1]);
    for (const name of NAMES) {
      const parsed = parseJsonValue(TYPES[name]!, Object.hasOwn(row, name) ? Object(row)[name] : null);
      expect({ value: valueAt(offered.rows.columns.get(name)!, at) }).toEqual(parsed);
    }
    return;
  }
  expect([at, refused >= 0]).toEqual([-1, true]);
  const paths = isRow ? wrong.map(([name]) => `/${name}`) : [''];
  expect(offered.refused[refused]!.problems.map(({ path }) => path)).toEqual(paths);
  expect(stringifyJson(offered.refused[refused]!.row)).toBe(stringifyJson(row));
}

function isGood(name: string, json: unknown): boolean {
  return NAMES.includes(name) && 'value' in parseJsonValue(TYPES[name]!, json);
}

function placeOf({ ordinals, refused }: OfferedRows, ordinal: number): readonly [number, number] {
  return [ordinals.indexOf(ordinal), refused.findIndex((each) => each.ordinal === ordinal)];
}

function jsonRow({ rows }: OfferedRows, row: number): unknown {
  const found = NAMES.map(
    (name) => [name, jsonOf(TYPES[name]!, valueAt(rows.columns.get(name)!, row))] as const,
  );
  return Object.fromEntries(found.filter(([, value]) => value !== null));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
