import type { LOGIC } from '../../operation/logic.js';
import { type BigqueryLowering, sql, variadic } from '../bigquery-template.js';

/** Comparison and logic; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_LOGIC: Readonly<Record<keyof typeof LOGIC, BigqueryLowering | null>> = {
  equal: sql('$0 = $1'),
  not_equal: sql('$0 != $1'),
  less: sql('$0 < $1'),
  less_or_equal: sql('$0 <= $1'),
  greater: sql('$0 > $1'),
  greater_or_equal: sql('$0 >= $1'),
  between: sql('$0 BETWEEN $1 AND $2'),
  in: variadic(([subject, ...items]) => `${subject} IN (${items.join(', ')})`),
  is_distinct: sql('$0 IS DISTINCT FROM $1'),
  is_null: sql('$0 IS NULL'),
  is_true: sql('$0 IS TRUE'),
  is_false: sql('$0 IS FALSE'),
  and: variadic((operands) => operands.join(' AND ')),
  or: variadic((operands) => operands.join(' OR ')),
  not: sql('NOT $0'),
  case: variadic((operands) => `CASE ${branches(operands)}`),
  case_match: variadic(([subject, ...operands]) => `CASE ${subject} ${branches(operands)}`),
  coalesce: variadic((operands) => `COALESCE(${operands.join(', ')})`),
  nullif: sql('NULLIF($0, $1)'),
  greatest: variadic((operands) => `GREATEST(${operands.join(', ')})`),
  least: variadic((operands) => `LEAST(${operands.join(', ')})`),
};

/** `WHEN … THEN …` for each pair, and the last operand as ELSE. */
function branches(operands: readonly string[]): string {
  const pairs = operands.slice(0, -1);
  const whens = pairs.flatMap((when, index) =>
    index % 2 === 0 ? [`WHEN ${when} THEN ${pairs[index + 1]}`] : [],
  );
  return `${whens.join(' ')} ELSE ${operands.at(-1)} END`;
}
