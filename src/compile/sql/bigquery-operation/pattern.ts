import type { PATTERN } from '../../operation/pattern.js';
import { likePattern } from '../../runtime/like.js';
import type { BigqueryLowering } from '../bigquery-template.js';
import { BIGQUERY_REGULAR_EXPRESSIONS } from './regular-expression.js';

/** LIKE and regular expressions; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_PATTERN: Readonly<Record<keyof typeof PATTERN, BigqueryLowering | null>> = {
  like_string: like('CHAR_LENGTH'),
  like_bytes: like('BYTE_LENGTH'),
  ...BIGQUERY_REGULAR_EXPRESSIONS,
};

/** LIKE raises on a pattern that ends in a lone backslash, so patterns that come from data are a function's. */
function like(length: 'CHAR_LENGTH' | 'BYTE_LENGTH'): BigqueryLowering {
  return {
    template: ({ arguments: [, pattern] }) => {
      if (pattern?.kind !== 'literal' || pattern.value === null) return null;
      const taken = likePattern(pattern.value as string | Uint8Array);
      if (taken === null) return null;
      return Number.isFinite(taken.maxSymbols)
        ? `IF(${length}($0) <= ${taken.maxSymbols}, $0 LIKE $1, NULL)`
        : '$0 LIKE $1';
    },
  };
}
