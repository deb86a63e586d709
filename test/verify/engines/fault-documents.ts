import type { Column, SentRow } from '../rows/row-text.js';

export const FAULT_PROJECT = 'faults';

/** The one source: rows come by pushes and by its topic, at once. */
export const SOURCE = 'readings';

/** `id` is the row's own, `at` no other row's. A row with neither `id` nor `k` is refused (S4); `v` tells it from others. */
export const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'STRING' },
  { name: 'k', type: 'INT64' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'v', type: 'INT64' },
];

/** Different values of `k`. */
export const THINGS = 24;

/** The newest row of each thing, and windows over its rows. */
export const THING_SERVICE = 'things';
export const THING_ALIASES = ['newest', 'counted'] as const;
/** One entity a row. */
export const ROW_SERVICE = 'rows';
/** A service that gets a version by each change of its alias. */
export const STAMPED = 'stamped';

export function faultDocuments(topic: string): readonly unknown[] {
  const newest = [{ name: 'id' }, { name: 'v' }];
  return [
    {
      ...{ kind: 'Source', name: SOURCE, columns: COLUMNS, eventTime: 'at' },
      stream: { topic, format: 'json' },
    },
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    { kind: 'Entity', name: 'row', keys: [{ name: 'id', type: 'STRING' }] },
    { kind: 'FeatureSet', name: 'newest', entity: 'thing', source: SOURCE, features: newest },
    { kind: 'FeatureSet', name: 'by_row', entity: 'row', source: SOURCE, features: newest },
    {
      ...{ kind: 'FeatureSet', name: 'counted', entity: 'thing', source: SOURCE },
      features: [
        { name: 'n', aggregate: 'COUNT(*)', window: 'lifetime' },
        { name: 'total', aggregate: 'SUM(v)', window: 'lifetime' },
        { name: 'recent', aggregate: 'COUNT(*)', window: '1m' },
        { name: 'last', aggregate: 'LAST_N(v, 3)', window: '10m', hop: '1us', max: 5 },
      ],
    },
    {
      ...{ kind: 'FeatureService', name: THING_SERVICE },
      entries: THING_ALIASES.map((featureSet) => ({ featureSet })),
    },
    { kind: 'FeatureService', name: ROW_SERVICE, entries: [{ featureSet: 'by_row' }] },
    stampedDocument('first'),
  ];
}

/** The service with another alias, a version of its own. */
export function stampedDocument(alias: string): object {
  return {
    ...{ kind: 'FeatureService', name: STAMPED },
    entries: [{ featureSet: 'newest', alias }],
  };
}

/** A row of the history of the source. */
export type LoggedRow = {
  readonly sequence: bigint;
  readonly id: string;
  readonly k: bigint;
  readonly at: bigint;
  readonly v: bigint;
};

export const HISTORY_COLUMNS = 'id, k, epoch_us("at") AS "at", v';

/** Whether history has a row as it was sent. */
export function isSame(sent: SentRow, logged: LoggedRow): boolean {
  return (['id', 'k', 'at', 'v'] as const).every((name) => sent[name] === logged[name]);
}
