import type { CallExpression } from '../../../definition/expression.js';
import { elementTypeOf } from '../../../definition/value-type.js';
import type { ARRAYS } from '../../operation/array.js';
import { BYTES_AN_ELEMENT, MAX_ARRAY_BYTES, MAX_GENERATED } from '../../runtime/array.js';
import { MAX_TEXT_BYTES } from '../../runtime/text.js';
import { type BigqueryLowering, sql } from '../bigquery-template.js';

/** A name that no column has: theirs do not begin with `__`. */
const ELEMENT = '`__element`';

/** NULL where the difference is beyond 64 bits: the array is too long then. */
const GENERATED = `IF($1 < $0 OR SAFE_SUBTRACT($1, $0) < ${MAX_GENERATED}, GENERATE_ARRAY($0, $1), NULL)`;

/** Arrays; null where a JavaScript function carries the operation, with the reason beside it. */
export const BIGQUERY_ARRAYS: Readonly<Record<keyof typeof ARRAYS, BigqueryLowering | null>> = {
  array: byNode((node, items) => {
    const room = MAX_ARRAY_BYTES - BYTES_AN_ELEMENT * items.length;
    const size = isText(node)
      ? ` OR ${items.map((item) => `BYTE_LENGTH(${item})`).join(' + ')} > ${room}`
      : '';
    const list = `ARRAY<${elementTypeOf(node.type)}>[${items.join(', ')}]`;
    return `IF(${anyNull(items)}${size}, NULL, ${list})`;
  }),
  array_offset: sql('$0[SAFE_OFFSET($1)]'),
  array_ordinal: sql('$0[SAFE_ORDINAL($1)]'),
  array_length: sql('ARRAY_LENGTH($0)'),
  array_concat: byNode((node, lists) => {
    const size = lists.map((list) => sizeOf(list, node)).join(' + ');
    return `IF(${size} <= ${MAX_ARRAY_BYTES}, ARRAY_CONCAT(${lists.join(', ')}), NULL)`;
  }),
  array_reverse: sql('ARRAY_REVERSE($0)'),
  array_first: sql('$0[SAFE_OFFSET(0)]'),
  array_last: sql('ARRAY_REVERSE($0)[SAFE_OFFSET(0)]'),
  array_slice: sql('ARRAY_SLICE($0, $1, $2)'),
  array_to_string: joined(),
  array_to_bytes: joined(),
  in_unnest: sql('$0 IN UNNEST($1)'),
  array_includes: sql('IF($0 IS NULL OR $1 IS NULL, NULL, $1 IN UNNEST($0))'),
  array_includes_any: sql(
    `IF($0 IS NULL OR $1 IS NULL, NULL, EXISTS(SELECT 1 FROM UNNEST($1) AS ${ELEMENT} WHERE ${ELEMENT} IN UNNEST($0)))`,
  ),
  array_includes_all: sql(
    `IF($0 IS NULL OR $1 IS NULL, NULL, NOT EXISTS(SELECT 1 FROM UNNEST($1) AS ${ELEMENT} WHERE ${ELEMENT} NOT IN UNNEST($0)))`,
  ),
  array_is_distinct: sql(
    `IF($0 IS NULL, NULL, (SELECT COUNT(${ELEMENT}) = COUNT(DISTINCT ${ELEMENT}) FROM UNNEST($0) AS ${ELEMENT}))`,
  ),
  array_min: extreme('MIN'),
  array_max: extreme('MAX'),
  // SUM of INT64 raises on an overflow; NUMERIC holds every sum.
  array_sum_int64: sql(
    `SAFE_CAST((SELECT SUM(CAST(${ELEMENT} AS NUMERIC)) FROM UNNEST($0) AS ${ELEMENT}) AS INT64)`,
  ),
  // SUM and AVG of FLOAT64 round in an order of their own.
  array_sum_float64: null,
  array_avg_int64: null,
  array_avg_float64: null,
  generate_array: sql(GENERATED),
  // Elements are lost where the difference of end and start is beyond 64 bits.
  generate_array_step: null,
  split_string: byNode((node, [text]) => boundedSplit(`SPLIT(${text}, ',')`, node)),
  split_string_delimiter: byNode((node, operands) => boundedSplit(`SPLIT(${operands.join(', ')})`, node)),
  split_bytes: byNode((node, operands) => boundedSplit(`SPLIT(${operands.join(', ')})`, node)),
};

/** SQL that depends on the node's types. */
function byNode(write: (node: CallExpression, operands: readonly string[]) => string): BigqueryLowering {
  // Operands go in as they are: they may hold a $ of their own.
  return { template: (node, operands) => write(node, operands).replaceAll('$', '$$$$') };
}

function anyNull(operands: readonly string[]): string {
  return operands.map((operand) => `${operand} IS NULL`).join(' OR ');
}

function isText({ type }: CallExpression): boolean {
  return elementTypeOf(type) === 'STRING' || elementTypeOf(type) === 'BYTES';
}

/** What an array counts for in {@link MAX_ARRAY_BYTES}. */
function sizeOf(list: string, node: CallExpression): string {
  const elements = `${BYTES_AN_ELEMENT} * ARRAY_LENGTH(${list})`;
  if (!isText(node)) return elements;
  return `${elements} + (SELECT COALESCE(SUM(BYTE_LENGTH(${ELEMENT})), 0) FROM UNNEST(${list}) AS ${ELEMENT})`;
}

function boundedSplit(list: string, node: CallExpression): string {
  return `IF(${sizeOf(list, node)} <= ${MAX_ARRAY_BYTES}, ${list}, NULL)`;
}

function joined(): BigqueryLowering {
  const text = 'SAFE.ARRAY_TO_STRING($0, $1)';
  return sql(`IF(BYTE_LENGTH(${text}) <= ${MAX_TEXT_BYTES}, ${text}, NULL)`);
}

/** 0.0 for either zero. */
function extreme(name: 'MIN' | 'MAX'): BigqueryLowering {
  const found = `(SELECT ${name}(${ELEMENT}) FROM UNNEST($0) AS ${ELEMENT})`;
  return { template: ({ type }) => (type === 'FLOAT64' ? `${found} + 0.0` : found) };
}
