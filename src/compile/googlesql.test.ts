import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDate } from '../definition/time.js';
import type { Value } from '../definition/value.js';
import { elementTypeOf, type ValueType } from '../definition/value-type.js';
import { checkExpression } from './check.js';
import { compileRowKernel } from './kernel.js';

/** One answer of GoogleSQL's reference implementation (com.google.zetasql 2025.06.1). */
type Answer = {
  readonly expression: string;
  readonly type?: string;
  readonly value?: unknown;
  /** The statement is wrong. */
  readonly refused?: string;
  /** It failed while running: NULL here (S6). */
  readonly raises?: string;
};

const ANSWERS = readFileSync('test/data/googlesql.jsonl', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);

/** What GoogleSQL finds out on the first row is refused here when it is defined. */
const REFUSED_EARLIER = new Set(["EXTRACT(HOUR FROM TIMESTAMP '2020-01-05' AT TIME ZONE 'Mars/Olympus')"]);

describe('S5 the language is GoogleSQL', () => {
  it.each(ANSWERS)('$expression', ({ expression, type, value, refused, raises }) => {
    const checked = checkExpression(expression, { scope: new Map(), allow: 'row' });
    const isRefused = refused !== undefined || REFUSED_EARLIER.has(expression);
    if (isRefused) return void expect(checked).toHaveProperty('problems');
    expect(checked).toHaveProperty('expression');
    if (!('expression' in checked)) return;
    const [answer] = compileRowKernel([{ name: 'out', expression: checked.expression }], [])([], null);
    if (raises !== undefined) return void expect(answer).toBeNull();
    expect(checked.expression.type).toBe(type);
    expect(answer).toStrictEqual(valueOfAnswer(checked.expression.type, value));
  });
});

function valueOfAnswer(type: ValueType, value: unknown): Value {
  if (value === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) {
    const elements = (value as readonly unknown[]).map((item) => valueOfAnswer(element, item));
    return elements.includes(null) ? null : elements;
  }
  if (type === 'INT64') return BigInt(String(value));
  if (type === 'FLOAT64') return Number.isFinite(Number(value)) ? Number(value) : null;
  if (type === 'TIMESTAMP') return BigInt((value as { us: string }).us);
  if (type === 'DATE') return parseDate(String(value));
  if (type === 'BYTES') return new Uint8Array(Buffer.from(String(value), 'base64'));
  return value as Value;
}
