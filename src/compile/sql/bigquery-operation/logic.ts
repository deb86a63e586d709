import type { LOGIC } from '../../operation/logic.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** Comparison and logic; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_LOGIC: Readonly<Record<keyof typeof LOGIC, BigqueryLowering | null>> = {
  equal: null,
  not_equal: null,
  less: null,
  less_or_equal: null,
  greater: null,
  greater_or_equal: null,
  between: null,
  in: null,
  is_distinct: null,
  is_null: null,
  is_true: null,
  is_false: null,
  and: null,
  or: null,
  not: null,
  case: null,
  case_match: null,
  coalesce: null,
  nullif: null,
  greatest: null,
  least: null,
};
