import type { PATTERN } from '../../operation/pattern.js';
import { likePattern } from '../../runtime/like.js';
import type { DuckdbLowering } from '../duckdb-template.js';
import { DUCKDB_REGULAR_EXPRESSIONS } from './regular-expression.js';

/** LIKE and regular expressions; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_PATTERN: Readonly<Record<keyof typeof PATTERN, DuckdbLowering | null>> = {
  like_string: {
    floats: 'finite',
    template: ({ arguments: [, pattern] }) => {
      // DuckDB raises on a pattern that ends in a lone backslash.
      if (pattern?.kind !== 'literal' || pattern.value === null) return null;
      const taken = likePattern(pattern.value as string);
      if (taken === null) return null;
      const isLike = "$0 LIKE $1 ESCAPE '\\'";
      return Number.isFinite(taken.maxSymbols)
        ? `CASE WHEN length($0) <= ${taken.maxSymbols} THEN ${isLike} END`
        : isLike;
    },
  },
  // DuckDB has LIKE of texts only.
  like_bytes: null,
  ...DUCKDB_REGULAR_EXPRESSIONS,
};
