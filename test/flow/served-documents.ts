const COLUMNS = {
  a: 'STRING',
  n: 'INT64',
  k: 'INT64',
  event_ts: 'TIMESTAMP',
  tie: 'INT64',
  v: 'FLOAT64',
  i: 'INT64',
  s: 'STRING',
  e: 'ARRAY<FLOAT64>',
  f: 'BOOL',
  d: 'DATE',
};

/**
 * A source of two entities, and feature sets of every age, default and way of being computed, some served twice, and
 * chained ones and read expressions over them.
 */
export function documents(declaresCreatedTime: boolean): readonly unknown[] {
  const columns = Object.entries(COLUMNS).map(([name, type]) => ({ name, type }));
  const created = { name: 'created_ts', type: 'TIMESTAMP' };
  return [
    { kind: 'Entity', name: 'pair', keys: [key('a', 'STRING'), key('n', 'INT64')] },
    { kind: 'Entity', name: 'single', keys: [key('k', 'INT64')] },
    {
      kind: 'Source',
      name: 'readings',
      eventTime: 'event_ts',
      orderColumn: 'tie',
      ...(declaresCreatedTime && { createdTime: 'created_ts' }),
      columns: declaresCreatedTime ? [...columns, created] : columns,
    },
    {
      ...set('ageing', 'pair'),
      maxAge: '4us',
      retention: '9us',
      features: [
        { name: 'v', default: -1 },
        { name: 'i', default: '9007199254740993' },
        { name: 's' },
        { name: 'twice', expression: 'v * 2.0', default: 0.5 },
        { name: 'hour', expression: HOUR, default: 77 },
      ],
    },
    {
      ...set('kept', 'pair'),
      features: [
        { name: 'e', default: [1.5] },
        { name: 'f' },
        { name: 'd' },
        { name: 'at', column: 'event_ts' },
      ],
    },
    {
      ...set('short', 'single'),
      retention: '2us',
      features: [
        { name: 'v' },
        { name: 'share', expression: 'v / i' },
        { name: 'text', expression: "CONCAT(s, '|', CAST(i AS STRING))" },
        { name: 'next', expression: 'i + 1', default: 5 },
        { name: 'grown', expression: 'EXP(v)' },
      ],
    },
    {
      ...set('windows', 'pair'),
      features: [
        { name: 'rows', aggregate: 'COUNT(*)', windows: ['4us', '9us'], hop: '2us' },
        { name: 'sum', aggregate: 'SUM(v)', windows: ['3us', '7us'], hop: '3us', default: -1 },
        { name: 'total', aggregate: 'SUM(i)', window: '5us', hop: '3us' },
        { name: 'spread', aggregate: 'STDDEV_POP(v + n)', window: '8us', hop: '2us' },
        { name: 'before', aggregate: 'MAX(i)', window: '5us', hop: '2us', offset: '3us', filter: 'f' },
        { name: 'distinct', aggregate: 'COUNT_DISTINCT(s)', window: 'lifetime', max: 2 },
        { name: 'old', aggregate: 'AVG(v)', window: 'lifetime', hop: '2us', offset: '4us', filter: 'NOT f' },
        { name: 'first', aggregate: 'FIRST(s)', window: '6us', hop: '4us' },
        { name: 'newest', aggregate: 'LAST_N(i, 2)', window: '6us', hop: '1us', max: 3 },
        { name: 'exact', aggregate: 'COUNT(v)', window: '6us', hop: '1us', max: 4, filter: 'f' },
        { name: 'kinds', aggregate: 'COUNT(*)', window: '8us', hop: '2us', by: 's', maxCategories: 2 },
      ],
    },
    {
      kind: 'Entity',
      name: 'pairs',
      keys: [key('a', 'STRING'), key('b', 'STRING'), key('n', 'INT64')],
    },
    {
      ...chained('gap', [
        { featureSet: 'ageing', alias: 'x' },
        { featureSet: 'ageing', alias: 'y', keys: { a: 'b' } },
        { featureSet: 'kept' },
        { featureSet: 'windows', keys: { a: 'b' } },
      ]),
      features: [
        { name: 'more', expression: 'windows__rows_9us - windows__rows_4us' },
        { name: 'sum', expression: 'x__v + y__v' },
        { name: 'later', expression: 'y__hour > x__hour OR y__i IS NULL', default: false },
        { name: 'age', expression: 'TIMESTAMP_DIFF(AS_OF(), kept__at, MICROSECOND)', default: -5 },
      ],
    },
    {
      ...chained('ring', [
        { featureSet: 'gap', alias: 'out' },
        { featureSet: 'gap', alias: 'back', keys: { a: 'b', b: 'a' } },
      ]),
      features: [
        { name: 'total', expression: 'out__sum * back__sum', default: 0.25 },
        { name: 'older', expression: 'NULLIF(back__age, -5)' },
      ],
    },
    {
      kind: 'FeatureService',
      name: 'all',
      entries: [
        { featureSet: 'ageing' },
        { featureSet: 'ageing', alias: 'other', keys: { a: 'b' }, features: ['hour', 'v'] },
        { featureSet: 'kept' },
        { featureSet: 'gap', features: ['later', 'more', 'sum'] },
        { featureSet: 'short', alias: 'brief' },
        { featureSet: 'ring' },
        { featureSet: 'windows' },
        { featureSet: 'windows', alias: 'over', keys: { a: 'b' }, features: ['newest', 'rows_9us'] },
      ],
      requestInputs: [key('scale', 'FLOAT64')],
      expressions: [
        { name: 'scaled', expression: 'brief__v * scale', default: 3 },
        { name: 'mixed', expression: 'IF(ring__older IS NULL, scaled, gap__sum + scale)' },
        { name: 'since', expression: 'TIMESTAMP_DIFF(AS_OF(), kept__at, MICROSECOND)' },
        { name: 'rate', expression: 'windows__sum_7us / windows__rows_9us + scale' },
        { name: 'word', expression: "CONCAT(ageing__s, '/', brief__text)" },
      ],
    },
  ];
}

/** Hours of a place with a time zone are the kernel's on every path. */
const HOUR = "EXTRACT(HOUR FROM event_ts AT TIME ZONE 'America/New_York')";

function key(name: string, type: string) {
  return { name, type };
}

function chained(name: string, inputs: readonly object[]) {
  return { kind: 'FeatureSet', name, entity: 'pairs', inputs };
}

function set(name: string, entity: string) {
  return { kind: 'FeatureSet', name, entity, source: 'readings' };
}
