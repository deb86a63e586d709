import { describe, expect, it } from 'vitest';
import { OPERATION_IDS } from './generator.js';
import { LAZY, STRICT } from './oracle-operation.js';
import { runParity } from './parity.js';

describe('S8 parity', () => {
  it('the oracle knows every operation of the table and no other', () => {
    expect([...Object.keys(STRICT), ...Object.keys(LAZY)].sort()).toEqual([...OPERATION_IDS].sort());
  });

  it('kernels and DuckDB give the bits of the oracle', async () => {
    const report = await runParity(6000, 20_130_701);
    expect(report.differences.join('\n\n')).toBe('');
    expect([...report.operations.keys()].sort()).toEqual([...OPERATION_IDS].sort());
    expect(report.lowered).toBeGreaterThan(report.cases / 4);
  });
});
