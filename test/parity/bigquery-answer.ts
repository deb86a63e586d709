import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { jsonOfValue, valueOfJson } from '../support/googlesql.js';
import type { BigqueryPlan } from './bigquery-plan.js';
import type { EngineAnswer } from './engine.js';
import type { Raw } from './javascript-function.js';
import { sameBits, valueText } from './print.js';

/** A column of an answer: its GoogleSQL type and its values. */
export type AnsweredColumn = { readonly type: string; readonly values: readonly Value[] };

/** Values of the expressions, an error for one of which an operand or a function's answer is not what it should be. */
export function plannedAnswers(
  plan: BigqueryPlan,
  columns: readonly AnsweredColumn[],
): readonly EngineAnswer[] {
  const failures = new Map(plan.failures);
  plan.operands.forEach(({ sql, type, owner, raws }, index) => {
    const { values } = columns[plan.roots.length + index]!;
    const same = raws.every((raw, row) => sameBits(values[row]!, valueOfJson(type, jsonOfRaw(type, raw))));
    if (!same && !failures.has(owner))
      failures.set(owner, new Error(`${sql} is ${values.map(valueText)}, not ${JSON.stringify(raws)}`));
  });
  return plan.roots.map(({ type, owner }, place) => {
    const found = columns[place]!;
    if (found.type !== type) return new Error(`type ${found.type} instead of ${type}`);
    return failures.get(owner) ?? found.values;
  });
}

/** A function's argument or answer as an engine reads it: BYTES are base64 text on both sides. */
export function jsonOfRaw(type: ValueType, raw: Raw): unknown {
  return type.includes('BYTES') ? raw : jsonOfValue(type, raw);
}
