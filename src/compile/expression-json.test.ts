import { describe, expect, it } from 'vitest';
import type { Expression } from '../definition/expression.js';
import { expressionJson, parseExpressionJson } from './expression-json.js';

describe('the JSON form of an expression', () => {
  it.each<Expression>([
    { kind: 'literal', type: 'INT64', value: 2n ** 63n - 1n },
    { kind: 'literal', type: 'TIMESTAMP', value: -1n },
    { kind: 'literal', type: 'FLOAT64', value: -0 },
    { kind: 'literal', type: 'FLOAT64', value: 5e-324 },
    { kind: 'literal', type: 'STRING', value: '😀\u0000' },
    { kind: 'literal', type: 'BYTES', value: Uint8Array.of(0, 255) },
    { kind: 'literal', type: 'BOOL', value: true },
    { kind: 'literal', type: 'DATE', value: -1 },
    { kind: 'literal', type: 'ARRAY<INT64>', value: [1n, -2n] },
    { kind: 'literal', type: 'INT64', value: null },
    { kind: 'asOf', type: 'TIMESTAMP' },
    {
      kind: 'call',
      operation: 'add_float64',
      type: 'FLOAT64',
      arguments: [
        { kind: 'column', type: 'FLOAT64', name: 'x' },
        {
          kind: 'fitted',
          function: 'IMPUTER',
          type: 'FLOAT64',
          arguments: [{ kind: 'literal', type: 'INT64', value: 3n }],
          parameters: { strategy: 'mean' },
        },
      ],
      parameters: { zone: 'UTC' },
    },
  ])('%o comes back the same', (expression) => {
    const text = JSON.stringify(expressionJson(expression));
    expect(parseExpressionJson(JSON.parse(text))).toEqual(expression);
  });
});
