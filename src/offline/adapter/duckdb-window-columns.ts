import type { WindowedEntry } from '../../compile/service-reads.js';
import { restoredSql } from '../../compile/sql/negative-zero.js';
import type { WindowedSource } from '../../compile/sql/point-in-time.js';
import type { KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import { type WindowColumn, windowStampSql } from '../../compile/sql/window-rows.js';
import type { WindowInput } from '../../compile/windowed-feature-set.js';
import { namesIn } from '../../definition/expression.js';
import { elementTypeOf, type ValueType } from '../../definition/value-type.js';
import { historyColumn } from './duckdb-history-table.js';

/** What of the rows decides which count: by the record of an answer their place in the log does. */
export type WindowAxis = 'time' | 'record' | 'served';

/** What is asked of the rows of one windowed entry. */
export type RowsAsked = {
  readonly source: WindowedSource;
  readonly history: KeyedHistory;
  readonly axis: WindowAxis;
  /** Whether the created time of some row is an assumption, and it matters. */
  readonly hasAssumed: boolean;
};

/** A column of the rows that windows are computed of. */
export type RowColumn = WindowColumn & {
  readonly type: ValueType;
  /** The source column that it is; null for stamps. */
  readonly source: string | null;
};

/** The columns that the features need, and no others: each is sorted along. */
export function rowColumns({ source, history, axis, hasAssumed }: RowsAsked): readonly RowColumn[] {
  const stamp = (name: Parameters<typeof windowStampSql>[1], type: ValueType): RowColumn => ({
    name: `"~${name}"`,
    sql: windowStampSql(history, name),
    type,
    source: null,
  });
  const { featureSet } = source.entry;
  const own = featureSet.source.columns;
  const read = new Set(inputsOf(source.entry).flatMap(({ expression }) => namesIn(expression)));
  const isOrdered = readsOrder(source.entry);
  if (isOrdered && source.orderColumn !== null) read.add(source.orderColumn);
  return [
    stamp('event', 'TIMESTAMP'),
    stamp('created', 'TIMESTAMP'),
    ...(isOrdered ? [stamp('order', 'TIMESTAMP')] : []),
    ...(isOrdered || axis === 'record' ? [stamp('sequence', 'INT64')] : []),
    ...(hasAssumed ? [stamp('assumed', 'BOOL')] : []),
    ...(axis === 'served'
      ? (['served', 'earliest', 'latest'] as const).map((name) => stamp(name, 'TIMESTAMP'))
      : []),
    ...[...read].map((name) => {
      const column = historyColumn(name);
      const { type } = own.find((each) => each.name === name)!;
      return { name: column, sql: restoredSql(type, `"~h".${column}`), type, source: name };
    }),
  ];
}

/** SQL over the rows of some keys: about how many bytes they take in memory, with what is computed of them. */
export function rowBytesSql(columns: readonly RowColumn[]): string {
  const lengths = columns.flatMap(({ name, type }) => lengthSql(name, type));
  const fixed = `count(*) * ${WALK_BYTES + columns.length * VALUE_BYTES}`;
  return [fixed, ...lengths.map((length) => `coalesce(sum(${length}), 0)`)].join(' + ');
}

/** A row's key, instants, share of the nodes above it and of their states. */
const WALK_BYTES = 96;

/** A number, or what refers to a text. */
const VALUE_BYTES = 8;

/** Of a text or an array, beside what is in it. */
const OBJECT_BYTES = 32;

/** Bytes of what a column refers to; nothing for numbers. */
function lengthSql(name: string, type: ValueType): readonly string[] {
  if (type === 'STRING') return [`${OBJECT_BYTES} + strlen(${name})`];
  if (type === 'BYTES') return [`${OBJECT_BYTES} + octet_length(${name})`];
  const element = elementTypeOf(type);
  if (element === null) return [];
  const inside = lengthSql('item', element);
  const items = `${OBJECT_BYTES} + ${VALUE_BYTES} * len(${name})`;
  return [
    inside.length === 0
      ? items
      : `${items} + coalesce(list_sum(list_transform(${name}, lambda item: ${inside[0]!})), 0)`,
  ];
}

/** Whether one of the aggregates asks where rows stand (S10). */
export function readsOrder({ features, featureSet }: WindowedEntry): boolean {
  return features.some(({ state }) => featureSet.states[state]!.aggregate.isOrdered);
}

/** The inputs that the features of an entry need. */
export function inputsOf({ features, featureSet }: WindowedEntry): readonly WindowInput[] {
  const names = new Set(
    features.flatMap(({ state }) => {
      const { argument, filter, category } = featureSet.states[state]!;
      return [argument, filter, category];
    }),
  );
  return featureSet.inputs.filter(({ name }) => names.has(name));
}
