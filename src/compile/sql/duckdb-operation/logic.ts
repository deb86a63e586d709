import type { LOGIC } from '../../operation/logic.js';
import { branches, type DuckdbLowering, extreme, sql, variadic } from '../duckdb-template.js';

/** Comparison and logic; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_LOGIC: Readonly<Record<keyof typeof LOGIC, DuckdbLowering | null>> = {
  equal: sql('$0 = $1'),
  not_equal: sql('$0 <> $1'),
  less: sql('$0 < $1'),
  less_or_equal: sql('$0 <= $1'),
  greater: sql('$0 > $1'),
  greater_or_equal: sql('$0 >= $1'),
  between: sql('$0 >= $1 AND $0 <= $2'),
  in: variadic(([subject, ...items]) => `${subject} IN (${items.join(', ')})`),
  is_distinct: sql('$0 IS DISTINCT FROM $1'),
  is_null: sql('$0 IS NULL'),
  is_true: sql('$0 IS NOT DISTINCT FROM TRUE'),
  is_false: sql('$0 IS NOT DISTINCT FROM FALSE'),
  and: variadic((operands) => operands.join(' AND ')),
  or: variadic((operands) => operands.join(' OR ')),
  not: sql('NOT $0'),
  case: variadic((operands) => `CASE ${branches(operands)}`),
  case_match: variadic(([subject, ...operands]) => `CASE ${subject} ${branches(operands)}`),
  coalesce: variadic((operands) => `COALESCE(${operands.join(', ')})`),
  nullif: sql('CASE WHEN $0 = $1 THEN NULL ELSE $0 END'),
  greatest: extreme('greatest'),
  least: extreme('least'),
};
