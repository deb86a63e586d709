import { describe, expect, it } from 'vitest';
import type { Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import { AS_OF_US } from './columns.js';
import { shortcomings } from './coverage.js';
import type { ParityEngine } from './engine.js';
import { evaluateNode, type Row } from './oracle.js';
import { runParity } from './parity.js';

/** The oracle, but that it counts the length of a string in code units. */
function wrongEngine(): ParityEngine {
  let rows: readonly Row[] = [];
  const evaluate = (node: Expression, row: Row): Value => {
    const operands = node.kind === 'call' ? node.arguments : [];
    const thunks = operands.map((operand) => () => evaluate(operand, row));
    const isLength = node.kind === 'call' && node.operation === 'length_string';
    const text = isLength ? thunks[0]!() : null;
    return typeof text === 'string'
      ? BigInt(text.length)
      : evaluateNode(node, thunks, { row, asOfUs: AS_OF_US });
  };
  return {
    name: 'wrong',
    statementOf: () => 'nothing',
    load: async (loaded) => {
      rows = loaded;
    },
    values: async (expressions) => expressions.map((node) => rows.map((row) => evaluate(node, row))),
    close: async () => {},
  };
}

describe('a difference', () => {
  it('is made as small as it gets, and told with what it takes to see it again', async () => {
    const report = await runParity({
      engines: [wrongEngine()],
      seed: 5,
      cases: 400,
      operations: ['length_string', 'add_int64'],
      stopAfter: 3,
    });
    expect(report.differences).toHaveLength(3);
    for (const difference of report.differences) {
      const [expression] = difference.split('\n');
      expect(expression!.length).toBeLessThan(45);
      expect(expression).toMatch(/LENGTH\(|length\(/i);
      expect(difference).toContain('  oracle: ');
      expect(difference).toContain('  wrong: ');
      expect(difference).toMatch(
        /again: npm run parity -- --seed 5 --case \d+ --operation length_string,add_int64/,
      );
    }
  });

  it('is seen again by the number of its case', async () => {
    const engines = [wrongEngine()];
    const operations = ['length_string'] as const;
    const whole = await runParity({ engines, seed: 5, cases: 200, operations, stopAfter: 1 });
    const number = Number(/--case (\d+)/.exec(whole.differences[0]!)![1]);
    const one = await runParity({ engines, seed: 5, from: number, cases: 1, operations });
    expect(one.differences).toEqual(whole.differences);
  });
});

describe('coverage', () => {
  it('of too little is told', () => {
    const summary = { operations: { a: 499, b: 500 }, depths: [], medianDepth: 2, nullShare: 0.31 };
    expect(shortcomings(summary, 200_000)).toEqual([
      'a gave a value in 499 cases, not 500',
      'the median depth is 2',
      '31 % of the results are NULL',
    ]);
    expect(shortcomings({ ...summary, medianDepth: 3, nullShare: 0.3 }, 100_000)).toEqual([]);
  });
});
