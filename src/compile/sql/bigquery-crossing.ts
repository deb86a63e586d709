import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';

/**
 * How values of a type reach a JavaScript function of BigQuery and come back: INT64 does not cross at all, TIMESTAMP and DATE
 * would become a Date of milliseconds and BYTES are base64 text there. NULL is null. Source: BigQuery, "User-defined
 * functions", SQL type encodings in JavaScript.
 */
export type Crossing = {
  /** The type of the parameter or result in the function's signature. */
  readonly sqlType: string;
  /** SQL of a value to SQL of the argument. */
  readonly toArgument: (sql: string) => string;
  /** SQL of the call to SQL of the value. */
  readonly fromResult: (call: string) => string;
  /** JavaScript of an argument that is not null to JavaScript of the kernel's value. */
  readonly read: (javascript: string) => string;
  /** JavaScript of a kernel's value to JavaScript of the result. */
  readonly write: (javascript: string) => string;
};

/** How the type crosses. */
export function crossingOf(type: ValueType): Crossing {
  const element = elementTypeOf(type);
  return element === null ? SCALARS[type as ScalarType] : ofArray(SCALARS[element]);
}

const same = (text: string): string => text;

function unchanged(sqlType: string): Crossing {
  return { sqlType, toArgument: same, fromResult: same, read: same, write: same };
}

const SCALARS: Record<ScalarType, Crossing> = {
  BOOL: unchanged('BOOL'),
  INT64: {
    sqlType: 'STRING',
    toArgument: (sql) => `CAST(${sql} AS STRING)`,
    fromResult: (call) => `CAST(${call} AS INT64)`,
    read: (javascript) => `BigInt(${javascript})`,
    write: (javascript) => `String(${javascript})`,
  },
  FLOAT64: unchanged('FLOAT64'),
  STRING: unchanged('STRING'),
  BYTES: {
    ...unchanged('BYTES'),
    read: (javascript) => `rt.decodedBytes(${javascript})`,
    write: (javascript) => `rt.encodedBytes(${javascript})`,
  },
  TIMESTAMP: {
    sqlType: 'STRING',
    toArgument: (sql) => `CAST(UNIX_MICROS(${sql}) AS STRING)`,
    fromResult: (call) => `TIMESTAMP_MICROS(CAST(${call} AS INT64))`,
    read: (javascript) => `BigInt(${javascript})`,
    write: (javascript) => `String(${javascript})`,
  },
  DATE: {
    sqlType: 'FLOAT64',
    toArgument: (sql) => `CAST(UNIX_DATE(${sql}) AS FLOAT64)`,
    fromResult: (call) => `DATE_FROM_UNIX_DATE(CAST(${call} AS INT64))`,
    read: same,
    write: same,
  },
};

/** Element by element where an element does not cross by itself; a NULL array is no empty one. */
function ofArray(element: Crossing): Crossing {
  const sqlType = `ARRAY<${element.sqlType}>`;
  return {
    sqlType,
    toArgument: (sql) => mapped(sql, element.toArgument),
    fromResult: (call) => mapped(call, element.fromResult),
    read: (javascript) => mappedInJavascript(javascript, element.read),
    write: (javascript) => mappedInJavascript(javascript, element.write),
  };
}

/** The array stands in the FROM clause, where none of these names hides a column of its own. */
function mapped(sql: string, change: (element: string) => string): string {
  const element = change('x');
  if (element === 'x') return sql;
  const elements = `ARRAY(SELECT ${element} FROM UNNEST(a) AS x WITH OFFSET AS i ORDER BY i)`;
  return `(SELECT IF(a IS NULL, NULL, ${elements}) FROM (SELECT ${sql} AS a))`;
}

function mappedInJavascript(javascript: string, change: (element: string) => string): string {
  return change('x') === 'x' ? javascript : `${javascript}.map((x) => ${change('x')})`;
}
