import { describe, expect, it } from 'vitest';
import { AGGREGATE_NAMES } from '../../src/compile/aggregate/aggregate-function.js';
import { ByteReader } from '../../src/compile/aggregate/byte-reader.js';
import { ByteWriter } from '../../src/compile/aggregate/byte-writer.js';
import { perCategory } from '../../src/compile/aggregate/per-category.js';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import type { Value } from '../../src/definition/value.js';
import type { ScalarType } from '../../src/definition/value-type.js';
import { aggregateRows } from './any-aggregate.js';
import { addedInOrder, hexOf } from './merge-in-any-way.js';

const PARAMETERS = { n: 2, k: 2, q: 0.5, max: 16 };

const VALUES: Readonly<Record<ScalarType, readonly Value[]>> = {
  BOOL: [true, null, false],
  INT64: [300n, null, -2n, 300n],
  FLOAT64: [0.1, null, -0, 1e16],
  STRING: ['é', null, '', 'x'.repeat(40)],
  BYTES: [Uint8Array.of(255), null, new Uint8Array(0)],
  TIMESTAMP: [1n, null, -1n],
  DATE: [1, null, -1],
};

const rowsOf = (type: ScalarType) =>
  aggregateRows(
    VALUES[type].map((value, at) => ({
      value,
      category: at % 2 === 0 ? 'b' : 'a',
      order: { eventTime: BigInt(at), orderTime: -1n, orderColumn: at % 2 === 0 ? null : 5n, sequence: 9n },
    })),
    type,
    'STRING',
  );

/** Every aggregate of every scalar type, then one by category, each with a state of a few rows. */
const STATES = AGGREGATE_NAMES.flatMap((name) =>
  AGGREGATES[name].takes
    .filter((type): type is ScalarType => type in VALUES)
    .map((type) => ({
      title: `${name}(${type})`,
      type,
      aggregate: AGGREGATES[name].make({ type }, PARAMETERS),
    })),
)
  .flatMap((each) =>
    each.title === 'SUM(INT64)'
      ? [
          each,
          { ...each, title: 'SUM(INT64) by STRING', aggregate: perCategory(each.aggregate, 'STRING', 2) },
        ]
      : [each],
  )
  .map(({ title, type, aggregate }) => ({ title, aggregate, state: addedInOrder(aggregate, rowsOf(type)) }));

describe('states as they are stored', () => {
  it('are these bytes: what was stored must stay readable', async () => {
    const lines = STATES.map(({ title, aggregate, state }) => `${title} ${hexOf(aggregate, state)}\n`);
    await expect(lines.join('')).toMatchFileSnapshot('../golden/aggregate-states.txt');
  });

  it.each(STATES)('$title is refused with a byte too many or too few', ({ aggregate, state }) => {
    const bytes = aggregate.encode(state);
    for (const wrong of [Uint8Array.of(...bytes, 0), bytes.slice(0, -1)]) {
      expect(() => aggregate.decode(wrong)).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    }
  });

  it.each(STATES)('$title is written behind others and read there', ({ aggregate, state }) => {
    const to = new ByteWriter();
    to.byte(7);
    aggregate.write(state, to);
    aggregate.write(state, to);
    const from = new ByteReader(to.finish());
    expect(from.byte()).toBe(7);
    const read = [aggregate.read(from), aggregate.read(from)];
    from.end();
    for (const each of read) expect(hexOf(aggregate, each)).toBe(hexOf(aggregate, state));
  });
});
