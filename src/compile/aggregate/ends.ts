import { valueAt } from '../../definition/column-batch.js';
import { compareOrder, type RowOrder } from '../../definition/order.js';
import type { Value } from '../../definition/value.js';
import { SCALAR_TYPES, type ScalarType } from '../../definition/value-type.js';
import type { Aggregate, OrderColumns } from './aggregate.js';
import type { AggregateFunction } from './aggregate-function.js';
import { type Algebra, aggregateOf } from './aggregate-of.js';
import { NEWEST } from './aggregate-parameters.js';
import { COUNT_BYTES } from './byte-writer.js';
import { keptValueAt } from './kept-value.js';
import { ORDER_BYTES, readOrder, VALUE_CODECS, writeOrder } from './state-codec.js';

export const FIRST: AggregateFunction = {
  takes: SCALAR_TYPES,
  takesRows: false,
  parameters: [],
  resultType: (type) => type!,
  make: (argument) => one('first', argument!.type as ScalarType),
  about: 'The value of the oldest row where it is not NULL, in the order of rows (S10). NULL of nothing.',
};

export const LAST: AggregateFunction = {
  takes: SCALAR_TYPES,
  takesRows: false,
  parameters: [],
  resultType: (type) => type!,
  make: (argument) => one('last', argument!.type as ScalarType),
  about: 'The value of the newest row where it is not NULL, in the order of rows (S10). NULL of nothing.',
};

export const LAST_N: AggregateFunction = {
  takes: SCALAR_TYPES,
  takesRows: false,
  parameters: [NEWEST],
  resultType: (type) => `ARRAY<${type as ScalarType}>`,
  make: (argument, { n }) => several(argument!.type as ScalarType, n!),
  about: 'The values of the n newest rows where it is not NULL, newest first. [] of nothing.',
};

type Entry = { readonly order: RowOrder; readonly value: Value };

/** Entries from the end that is wanted on: the newest of LAST first, the oldest of FIRST. */
type EndState = { readonly entries: Entry[] };

function one(end: 'first' | 'last', type: ScalarType): Aggregate {
  return aggregateOf({ ...endOf(end, type, 1), type, finish: ({ entries }) => entries[0]?.value ?? null });
}

function several(type: ScalarType, n: number): Aggregate {
  return aggregateOf({
    ...endOf('last', type, n),
    type: `ARRAY<${type}>`,
    finish: ({ entries }) => entries.map(({ value }) => value),
  });
}

/** All of the algebra but what `one` and `several` make of it. */
function endOf(
  end: 'first' | 'last',
  type: ScalarType,
  n: number,
): Omit<Algebra<EndState>, 'type' | 'finish'> {
  const codec = VALUE_CODECS[type];
  const sign = end === 'last' ? 1 : -1;
  const isBehind = (entries: readonly Entry[], at: number, order: RowOrder): boolean =>
    at < entries.length && sign * compareOrder(order, entries[at]!.order) < 0;
  const take = ({ entries }: EndState, entry: Entry): void => {
    let at = 0;
    while (isBehind(entries, at, entry.order)) at++;
    if (at < n) entries.splice(at, 0, entry);
    if (entries.length > n) entries.pop();
  };
  return {
    family: `${end} ${n} of ${type}`,
    isOrdered: true,
    create: () => ({ entries: [] }),
    add: (state, { argument, orders }, row) => {
      const order = orderAt(orders, row);
      if (isBehind(state.entries, n - 1, order)) return;
      const value = keptValueAt(argument!, row);
      if (value !== null) take(state, { order, value });
    },
    merge: ({ entries }, other) => {
      let at = entries.length;
      while (at > 0 && other.entries.length > 0 && !isBehind(entries, at - 1, other.entries[0]!.order)) at--;
      const own = entries.splice(at);
      const total = own.length + other.entries.length;
      for (let i = 0, j = 0; i + j < total && entries.length < n; ) {
        const next = other.entries[j];
        entries.push(next === undefined || isBehind(own, i, next.order) ? own[i++]! : other.entries[j++]!);
      }
    },
    write: ({ entries }, to) => {
      to.count(entries.length);
      for (const { order, value } of entries) {
        writeOrder(to, order);
        codec.write(to, value);
      }
    },
    read: (from) => ({
      entries: Array.from({ length: from.count() }, () => ({
        order: readOrder(from),
        value: codec.read(from),
      })),
    }),
    maxBytes: COUNT_BYTES + n * (ORDER_BYTES + codec.maxBytes),
  };
}

function orderAt({ eventTimes, orderTimes, orderColumn, sequences }: OrderColumns, row: number): RowOrder {
  return {
    eventTime: eventTimes[row]!,
    orderTime: orderTimes[row]!,
    orderColumn: orderColumn === null ? null : (valueAt(orderColumn, row) as bigint | null),
    sequence: sequences[row]!,
  };
}
