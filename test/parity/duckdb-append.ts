import {
  BIGINT,
  BLOB,
  BOOLEAN,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';

/** Hands a value to DuckDB without SQL, which is what is judged here. */
export function append(appender: DuckDBAppender, type: ValueType, value: Value): void {
  if (value === null) appender.appendNull();
  else appender.appendValue(duckdbValue(type, value), duckdbTypeOf(type));
}

function duckdbTypeOf(type: ValueType): DuckDBType {
  const element = elementTypeOf(type);
  return element === null ? TYPES[type as ScalarType] : LIST(TYPES[element]);
}

function duckdbValue(type: ValueType, value: Value): DuckDBValue {
  const element = elementTypeOf(type);
  if (element !== null) {
    return new DuckDBListValue((value as readonly Value[]).map((item) => duckdbValue(element, item)));
  }
  if (type === 'TIMESTAMP') return new DuckDBTimestampValue(value as bigint);
  if (type === 'DATE') return new DuckDBDateValue(value as number);
  return value instanceof Uint8Array ? new DuckDBBlobValue(value) : (value as DuckDBValue);
}

const TYPES: Record<ScalarType, DuckDBType> = {
  BOOL: BOOLEAN,
  INT64: BIGINT,
  FLOAT64: DOUBLE,
  STRING: VARCHAR,
  BYTES: BLOB,
  TIMESTAMP,
  DATE,
};
