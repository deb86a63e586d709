import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import { stateOfRowBytes } from '../../src/compile/window/state-size.js';
import { AGGREGATE_CASES, aggregateRows, anyRowsOf } from './any-aggregate.js';

describe('the state of one row, as exact windows keep it', () => {
  it.each(AGGREGATE_CASES)('fits its bound: $title', ({ name, argument, parameters }) => {
    const type = argument?.type ?? null;
    const aggregate = AGGREGATES[name].make(argument, parameters);
    const bound = stateOfRowBytes(aggregate, type, null);
    fc.assert(
      fc.property(anyRowsOf(type), (rows) => {
        const columns = aggregateRows(rows, type, null);
        for (let row = 0; row < rows.length; row++) {
          const state = aggregate.create();
          aggregate.add(state, columns, row);
          expect(aggregate.encode(state).length).toBeLessThanOrEqual(bound);
        }
      }),
      { numRuns: 30 },
    );
  });
});
