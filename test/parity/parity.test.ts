import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/compile/operation/table.js';
import { shortcomings } from './coverage.js';
import { withEngines } from './engines.js';
import { LAZY, STRICT } from './oracle-operation.js';
import { runParity } from './parity.js';

describe('S8 parity', () => {
  it('the oracle knows every operation of the table and no other', () => {
    expect([...Object.keys(STRICT), ...Object.keys(LAZY)].sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('kernels and DuckDB give the bits of the oracle, every operation with a value', async () => {
    const report = await withEngines(['kernel', 'duckdb'], (engines) =>
      runParity({ engines, seed: 20_130_701, cases: 4000 }),
    );
    expect(report.differences.join('\n\n')).toBe('');
    // Of so few cases half as much is asked, so that no new operation pushes a rare one below by chance.
    expect(shortcomings(report.coverage, report.cases / 2)).toEqual([]);
    expect(report.carried['DuckDB']).toBeGreaterThan(report.cases / 6);
  });
});
