import type { CallExpression } from '../../../definition/expression.js';
import type { REGULAR_EXPRESSIONS } from '../../operation/regular-expression.js';
import { type PatternShape, settledShape } from '../../regular-expression-shape.js';
import { BYTES_AN_ELEMENT, MAX_ARRAY_BYTES } from '../../runtime/array.js';
import { bounded, type DuckdbLowering } from '../duckdb-template.js';

/**
 * Regular expressions, which DuckDB hands to RE2; null where DuckDB would not give the same bits (S8), with the reason beside
 * it. Computed expressions are the kernel's: DuckDB raises on a wrong one.
 */
export const DUCKDB_REGULAR_EXPRESSIONS: Readonly<
  Record<keyof typeof REGULAR_EXPRESSIONS, DuckdbLowering | null>
> = {
  regexp_contains: ofPattern((_, node) => matchesSql(node)),
  regexp_extract: ofFirst((shape, node) => {
    const group = groupOf(shape);
    // DuckDB gives '' when nothing matches.
    return group === null ? null : `CASE WHEN ${matchesSql(node)} THEN regexp_extract($0, $1, ${group}) END`;
  }),
  // DuckDB knows no positions, occurrences and places.
  regexp_extract_position: null,
  regexp_extract_occurrence: null,
  regexp_extract_all: ofFirst((shape) => {
    const group = groupOf(shape);
    // Behind an empty match DuckDB goes on in a way of its own.
    if (group === null || shape.mayBeEmpty) return null;
    const list = `regexp_extract_all($0, $1, ${group})`;
    const size = `${BYTES_AN_ELEMENT} * len(${list}) + strlen(array_to_string(${list}, ''))`;
    return `CASE WHEN len(${list}) = 0 OR ${size} <= ${MAX_ARRAY_BYTES} THEN ${list} END`;
  }),
  regexp_replace: ofFirst((_, { arguments: [, , replacement] }) =>
    replacement?.kind === 'literal' && replacement.value !== null && !String(replacement.value).includes('\0')
      ? bounded("regexp_replace($0, $1, $2, 'g')")
      : null,
  ),
  regexp_instr: null,
  regexp_instr_position: null,
  regexp_instr_occurrence: null,
  regexp_instr_after: null,
};

/** SQL for a constant expression whose meaning is settled; NULL for values that are too long for it. */
function ofPattern(write: (shape: PatternShape, node: CallExpression) => string | null): DuckdbLowering {
  return {
    floats: 'finite',
    template: (node) => {
      const pattern = node.arguments[1];
      const shape =
        pattern?.kind === 'literal' && pattern.value !== null ? settledShape(String(pattern.value)) : null;
      const sql = shape === null ? null : write(shape, node);
      return sql === null ? null : `CASE WHEN strlen($0) <= ${shape!.program.maxBytes} THEN ${sql} END`;
    },
  };
}

/**
 * DuckDB makes LIKEs of some expressions, and wrong ones of anchors within them and of letters beyond ASCII: `$1`, `.^a`,
 * `é(?:)`. It makes none of a choice, of which the second one here never matches.
 */
function matchesSql({ arguments: [, pattern] }: CallExpression): string {
  const text = pattern?.kind === 'literal' ? String(pattern.value) : '';
  const choice = `(?:${text})|\\b\\B`;
  return `regexp_matches($0, '${choice.replaceAll("'", "''").replaceAll('$', '$$$$')}')`;
}

/** The same where it matters which match is found first: DuckDB's RE2 is an older one. */
function ofFirst(write: (shape: PatternShape, node: CallExpression) => string | null): DuckdbLowering {
  return ofPattern((shape, node) => (shape.repeatsNothing ? null : write(shape, node)));
}

/** What DuckDB extracts: all, or a group that it cannot mistake for one that took no part. */
function groupOf({ program, alwaysSetsGroup }: PatternShape): number | null {
  if (program.groups === 0) return 0;
  return program.groups === 1 && alwaysSetsGroup ? 1 : null;
}
