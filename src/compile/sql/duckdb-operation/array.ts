import { type CallExpression, namesIn } from '../../../definition/expression.js';
import { elementTypeOf } from '../../../definition/value-type.js';
import type { ARRAYS } from '../../operation/array.js';
import { BYTES_AN_ELEMENT, MAX_ARRAY_BYTES, MAX_GENERATED } from '../../runtime/array.js';
import { bounded, type DuckdbLowering, int64, sql, variadic } from '../duckdb-template.js';

/** Behind every list, and far from 64 bits. */
const FAR = 2 ** 31;

/** Arrays, DuckDB's lists; null where DuckDB would not give the same bits (S8), with the reason beside it. */
export const DUCKDB_ARRAYS: Readonly<Record<keyof typeof ARRAYS, DuckdbLowering | null>> = {
  array: byNode((node, items) => {
    const size = isText(node)
      ? ` OR ${sum(items.map((item) => bytesOf(item, node)))} > ${roomFor(items)}`
      : '';
    return `CASE WHEN ${anyNull(items)}${size} THEN NULL ELSE [${items.join(', ')}] END`;
  }),
  array_offset: element(`CASE WHEN $1 BETWEEN 0 AND len($0) - 1 THEN $0[least($1, ${FAR}) + 1] END`),
  array_ordinal: element('CASE WHEN $1 BETWEEN 1 AND len($0) THEN $0[$1] END'),
  array_length: sql('len($0)'),
  array_concat: byNode((node, lists) => {
    const size = sum(lists.map((list) => sizeOf(list, node)));
    // DuckDB takes a NULL list for an empty one.
    const isNull = `${anyNull(lists)} OR ${size} > ${MAX_ARRAY_BYTES}`;
    return `CASE WHEN ${isNull} THEN NULL ELSE list_concat(${lists.join(', ')}) END`;
  }),
  array_reverse: sql('list_reverse($0)'),
  array_first: element('$0[1]'),
  array_last: element('$0[-1]'),
  array_slice: variadic(([list, start, end]) => {
    const first = `CASE WHEN ${start} < 0 THEN greatest(len(${list}) + ${start}, 0) ELSE least(${start}, ${FAR}) END`;
    // DuckDB counts an end below 0 from the end once more.
    const last = `CASE WHEN ${end} < 0 THEN greatest(len(${list}) + ${end}, -1) ELSE least(${end}, ${FAR}) END`;
    return `CASE WHEN ${start} IS NULL OR ${end} IS NULL THEN NULL ELSE list_slice(${list}, ${first} + 1, ${last} + 1) END`;
  }),
  array_to_string: {
    floats: 'finite',
    // DuckDB takes constant delimiters only, and gives NULL for an empty list.
    template: ({ arguments: [, delimiter] }) =>
      delimiter?.kind === 'literal' && delimiter.value !== null
        ? `CASE WHEN len($0) = 0 THEN '' ELSE ${bounded('array_to_string($0, $1)')} END`
        : null,
  },
  // DuckDB joins no BLOBs.
  array_to_bytes: null,
  in_unnest: sql(
    'CASE WHEN $1 IS NULL OR len($1) = 0 THEN FALSE WHEN $0 IS NULL THEN NULL ELSE list_contains($1, $0) END',
  ),
  array_includes: sql('CASE WHEN $1 IS NULL THEN NULL ELSE list_contains($0, $1) END'),
  array_includes_any: sql('list_has_any($0, $1)'),
  array_includes_all: sql('list_has_all($0, $1)'),
  array_is_distinct: sql('len(list_distinct($0)) = len($0)'),
  array_min: extreme('list_min'),
  array_max: extreme('list_max'),
  array_sum_int64: int64('list_sum($0)'),
  // DuckDB adds in the order of the elements, rounding each time.
  array_sum_float64: null,
  array_avg_int64: null,
  array_avg_float64: null,
  generate_array: sql(generated('1')),
  generate_array_step: sql(generated('$2')),
  split_string: sql(boundedSplit("string_split($0, ',')")),
  // DuckDB does not split by a NULL.
  split_string_delimiter: sql(
    `CASE WHEN $1 IS NULL THEN NULL ELSE ${boundedSplit('string_split($0, $1)')} END`,
  ),
  // DuckDB splits no BLOBs.
  split_bytes: null,
};

/** SQL that depends on the node's types. */
function byNode(write: (node: CallExpression, operands: readonly string[]) => string): DuckdbLowering {
  // Operands go in as they are: they may hold a $ of their own.
  return { floats: 'finite', template: (node, operands) => write(node, operands).replaceAll('$', '$$$$') };
}

function anyNull(operands: readonly string[]): string {
  return operands.map((operand) => `${operand} IS NULL`).join(' OR ');
}

function sum(terms: readonly string[]): string {
  return terms.join(' + ');
}

/** Bytes that the texts of an array of these elements may have. */
function roomFor(items: readonly string[]): number {
  return MAX_ARRAY_BYTES - BYTES_AN_ELEMENT * items.length;
}

function isText({ type }: CallExpression): boolean {
  return elementTypeOf(type) === 'STRING' || elementTypeOf(type) === 'BYTES';
}

function bytesOf(item: string, { type }: CallExpression): string {
  return elementTypeOf(type) === 'STRING' ? `strlen(${item})` : `octet_length(${item})`;
}

/** What a list counts for in {@link MAX_ARRAY_BYTES}. */
function sizeOf(list: string, node: CallExpression): string {
  const elements = `${BYTES_AN_ELEMENT} * len(${list})`;
  if (!isText(node)) return elements;
  return `${elements} + coalesce(list_sum(list_transform(${list}, lambda x: ${bytesOf('x', node)})), 0)`;
}

function boundedSplit(list: string): string {
  const size = `${BYTES_AN_ELEMENT} * len(${list}) + strlen(array_to_string(${list}, ''))`;
  return `CASE WHEN ${size} <= ${MAX_ARRAY_BYTES} THEN ${list} END`;
}

/** DuckDB forgets what the elements of a NULL are that it can compute beforehand. */
function element(template: string): DuckdbLowering {
  return { floats: 'finite', template: (node) => (isConstant(node) ? null : template) };
}

/** 0.0 for either zero. */
function extreme(name: 'list_min' | 'list_max'): DuckdbLowering {
  return {
    floats: 'finite',
    template: (node) => {
      if (isConstant(node)) return null;
      return node.type === 'FLOAT64' ? `${name}($0) + 0.0` : `${name}($0)`;
    },
  };
}

function isConstant({ arguments: [list] }: CallExpression): boolean {
  return namesIn(list!).length === 0;
}

function generated(step: string): string {
  const count = `(CAST($1 AS HUGEINT) - CAST($0 AS HUGEINT)) // nullif(${step}, 0)`;
  return `CASE WHEN ${count} < ${MAX_GENERATED} THEN generate_series($0, $1, ${step}) END`;
}
