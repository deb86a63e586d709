import { jsonTextOf } from '../../definition/json-text.js';
import { featureStatus, type RowState, type Status } from '../../definition/status.js';
import { formatTimestamp } from '../../definition/time.js';
import type { Value } from '../../definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../definition/value-type.js';
import { secondsText } from './feast-time.js';

/**
 * Writes values of one type as JSON text in the way of Feast, whose clients tell types by what they see: INT64 as a number, however
 * large, and TIMESTAMP as seconds since the Unix epoch. All other types are written as everywhere.
 */
export function feastTextOf(type: ValueType): (value: Value) => string {
  const element = elementTypeOf(type);
  if (element === null) return OWN_TEXTS[type as ScalarType] ?? jsonTextOf(type);
  const text = OWN_TEXTS[element];
  if (text === undefined) return jsonTextOf(type);
  return (value) => (value === null ? 'null' : `[${(value as readonly Value[]).map(text).join(',')}]`);
}

/** The text of a feature's status, by the state of its row. */
export function feastStatusText(state: RowState, isNull: boolean): string {
  return STATUS_TEXTS[featureStatus(state, isNull)];
}

/** An event time; Feast says the beginning of 1970 where there is none. */
export function feastTimeText(us: bigint | null): string {
  return us === null ? NO_TIME : `"${formatTimestamp(us)}"`;
}

const NO_TIME = '"1970-01-01T00:00:00Z"';

const OWN_TEXTS: Partial<Record<ScalarType, (value: Value) => string>> = {
  INT64: String,
  TIMESTAMP: (value) => (value === null ? 'null' : secondsText(value as bigint)),
};

const STATUS_TEXTS: Readonly<Record<Status, string>> = {
  PRESENT: '"PRESENT"',
  NULL: '"NULL_VALUE"',
  EXPIRED: '"OUTSIDE_MAX_AGE"',
  NOT_FOUND: '"NOT_FOUND"',
};
