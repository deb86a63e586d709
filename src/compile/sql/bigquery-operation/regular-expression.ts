import type { REGULAR_EXPRESSIONS } from '../../operation/regular-expression.js';
import { settledShape } from '../../regular-expression-shape.js';
import { BYTES_AN_ELEMENT, MAX_ARRAY_BYTES } from '../../runtime/array.js';
import {
  BEYOND_ASCII,
  FOLDING,
  MAX_PATTERN_BYTES,
  MAX_VALUE_BYTES,
  UNSETTLED,
} from '../../runtime/computed-pattern.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import type { BigqueryLowering } from '../bigquery-template.js';

/** GoogleSQL takes the place behind a text beyond ASCII for one within it: it compares the position with the length in bytes. */
const POSITION = 'IF($2 > GREATEST(CHAR_LENGTH($0), 1), 9223372036854775807, $2)';

/** Regular expressions, BigQuery's being RE2's; what Unicode may change is a JavaScript function's, made of the program. */
export const BIGQUERY_REGULAR_EXPRESSIONS: Readonly<
  Record<keyof typeof REGULAR_EXPRESSIONS, BigqueryLowering | null>
> = {
  regexp_contains: ofPattern(() => 'SAFE.REGEXP_CONTAINS($0, $1)'),
  regexp_extract: ofPattern(() => 'SAFE.REGEXP_EXTRACT($0, $1)'),
  regexp_extract_position: ofPattern(() => `SAFE.REGEXP_EXTRACT($0, $1, ${POSITION})`),
  regexp_extract_occurrence: ofPattern(() => `SAFE.REGEXP_EXTRACT($0, $1, ${POSITION}, $3)`),
  regexp_extract_all: ofPattern(() => {
    const list = 'SAFE.REGEXP_EXTRACT_ALL($0, $1)';
    const texts = `BYTE_LENGTH(ARRAY_TO_STRING(${list}, ''))`;
    return `IF(${BYTES_AN_ELEMENT} * ARRAY_LENGTH(${list}) + ${texts} <= ${MAX_ARRAY_BYTES}, ${list}, NULL)`;
  }),
  regexp_replace: ofPattern(() => {
    const text = 'SAFE.REGEXP_REPLACE($0, $1, $2)';
    return `IF(BYTE_LENGTH(${text}) <= ${MAX_TEXT_BYTES}, ${text}, NULL)`;
  }),
  regexp_instr: ofPattern(() => 'SAFE.REGEXP_INSTR($0, $1)'),
  regexp_instr_position: ofPattern(() => `SAFE.REGEXP_INSTR($0, $1, ${POSITION})`),
  regexp_instr_occurrence: ofPattern(() => `SAFE.REGEXP_INSTR($0, $1, ${POSITION}, $3)`),
  regexp_instr_after: ofPattern(() => `SAFE.REGEXP_INSTR($0, $1, ${POSITION}, $3, $4)`),
};

/** NULL for values that are too long, and for computed expressions that are not plain. */
function ofPattern(write: () => string): BigqueryLowering {
  return {
    template: (node) => {
      const pattern = node.arguments[1];
      if (pattern?.kind !== 'literal') return `IF(${IS_PLAIN}, ${write()}, NULL)`;
      const shape = pattern.value === null ? null : settledShape(String(pattern.value));
      return shape === null ? null : `IF(BYTE_LENGTH($0) <= ${shape.program.maxBytes}, ${write()}, NULL)`;
    },
  };
}

/** The rule of `computed-pattern.ts` in SQL. */
const IS_PLAIN = [
  `BYTE_LENGTH($0) <= ${MAX_VALUE_BYTES}`,
  `BYTE_LENGTH($1) <= ${MAX_PATTERN_BYTES}`,
  `NOT REGEXP_CONTAINS($1, r'${UNSETTLED.source}')`,
  `NOT (REGEXP_CONTAINS($1, r'${FOLDING.source}') AND REGEXP_CONTAINS($1, r'${BEYOND_ASCII.source}'))`,
].join(' AND ');
