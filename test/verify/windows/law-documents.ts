import type { Column } from '../rows/row-text.js';
import { AGGREGATED } from './hop-specs.js';
import { readingsSource } from './readings.js';
import { specDocument, type WindowSpec } from './window-spec.js';

/** Sources: of the second one each row is an event, whose id makes it one, and rows from the future wait; the third keeps hours. */
export const LAW_SOURCES = ['readings', 'events', 'brief'] as const;

export type LawSource = (typeof LAW_SOURCES)[number];

/** Key columns of the service: `k2` asks the same set about another entity. */
export const LAW_KEYS: readonly Column[] = [
  { name: 'k', type: 'INT64' },
  { name: 'j', type: 'STRING' },
  { name: 'k2', type: 'INT64' },
];

/** A windowed set of the service. */
export type LawSet = {
  readonly alias: string;
  readonly source: LawSource;
  /** Source columns by the key column of the service that is looked up in them. */
  readonly keys: Readonly<Record<string, string>>;
  readonly specs: readonly WindowSpec[];
};

/** Windows whose edges a run of some days crosses often. */
const SIZES = ['10s', '10m', '1h', '90m', '12h', '1d', '3d'];

/** So many different meanings has the set of tiles, one version after the other. */
export const VARIANTS = 4;

function tiled(variant: number): readonly WindowSpec[] {
  return AGGREGATED.map((each, i) => ({
    ...each,
    name: `f${i}`,
    window: SIZES[(i + variant) % SIZES.length]!,
  }));
}

const BACK = [
  { window: '10m', offset: '5m' },
  { window: '1d', offset: '90m' },
  { window: '3h', offset: '10s', hop: '10s' },
  { window: 'lifetime', offset: '1d' },
  { window: 'lifetime' },
];

const PAST: readonly WindowSpec[] = AGGREGATED.filter((_, i) => i % 2 === 0).map((each, i) => ({
  ...each,
  ...BACK[i % BACK.length]!,
  name: `f${i}`,
}));

const EXACT: readonly WindowSpec[] = [
  { name: 'few', aggregate: 'SUM', of: 'x', window: '1h', hop: '1us', max: 3 },
  { name: 'counted', aggregate: 'COUNT', of: null, window: '1d', hop: '1us', max: 1_000 },
  {
    name: 'recent',
    aggregate: 'LAST_N',
    of: 'n',
    number: 4,
    window: '90m',
    hop: '1us',
    max: 8,
    filter: 'flagged',
  },
  { name: 'median', aggregate: 'APPROX_QUANTILE', of: 'x', number: 0.5, window: '10m', hop: '1us', max: 50 },
  { name: 'ever', aggregate: 'AVG', of: 'n', window: 'lifetime', hop: '1us', max: 5 },
];

const PAIRS: readonly WindowSpec[] = [
  { name: 'by_s', aggregate: 'SUM', of: 'n', window: '1h', by: 's', maxCategories: 4 },
  { name: 'by_day', aggregate: 'AVG', of: 'x', window: '3d', by: 'day' },
  { name: 'counted', aggregate: 'COUNT', of: null, window: '1d' },
  { name: 'evenings', aggregate: 'COUNT', of: 'x', window: '3d', filter: 'evening' },
  { name: 'spread', aggregate: 'STDDEV_SAMP', of: 'x', window: '12h' },
  { name: 'last', aggregate: 'LAST', of: 's', window: 'lifetime' },
];

/** Over the source of hours, none longer than an hour: many answers are of times that it still has. */
const BRIEF: readonly WindowSpec[] = [
  { name: 'few', aggregate: 'SUM', of: 'x', window: '1h' },
  { name: 'latest', aggregate: 'LAST_N', of: 's', number: 3, window: '10m' },
  { name: 'exact', aggregate: 'COUNT', of: 'n', window: '30m', hop: '1us', max: 20 },
];

/** The windows of {@link LAW_BRIEF}. */
export const BRIEF_SETS: readonly LawSet[] = [
  { source: 'brief', keys: { k: 'k' }, alias: 'hours', specs: BRIEF },
];

/** The windowed sets that the service has with a variant of its tiles. */
export function lawSets(variant: number): readonly LawSet[] {
  const things = { source: 'readings', keys: { k: 'k' } } as const;
  return [
    { ...things, alias: 'tiled', specs: tiled(variant) },
    { source: 'readings', keys: { k2: 'k' }, alias: 'twin', specs: tiled(variant).slice(0, TWIN_FEATURES) },
    { ...things, alias: 'past', specs: PAST },
    { ...things, alias: 'exact', specs: EXACT },
    { source: 'events', keys: { k: 'k', j: 'j' }, alias: 'pairs', specs: PAIRS },
  ];
}

/** The other entity shows some features of the same set. */
const TWIN_FEATURES = 4;

/** Every alias of the service, windows and newest rows. */
export const LAW_ALIASES = ['newest', ...lawSets(0).map(({ alias }) => alias)];

/** Everything but what {@link variantDocuments} adds. */
export function lawDocuments(): readonly unknown[] {
  return [
    readingsSource('readings'),
    { ...readingsSource('events'), eventId: 'id', future: 'hold' },
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    { kind: 'Entity', name: 'pair', keys: LAW_KEYS.slice(0, 2) },
    {
      ...{ kind: 'FeatureSet', name: 'newest', entity: 'thing', source: 'readings' },
      ...{ maxAge: '90m', retention: '1d' },
      features: [{ name: 'x', default: -0 }, { name: 's' }, { name: 'made', expression: 'x / n' }],
    },
    setDocument('past', 'thing', 'readings', PAST),
    setDocument('exact', 'thing', 'readings', EXACT),
    setDocument('pairs', 'pair', 'events', PAIRS),
    ...variantDocuments(0),
    ...briefDocuments(),
  ];
}

/** How far back the third source goes. */
export const BRIEF_RETENTION = '12h';

function briefDocuments(): readonly unknown[] {
  return [
    { ...readingsSource('brief'), historyRetention: BRIEF_RETENTION },
    {
      ...{ kind: 'FeatureSet', name: 'held', entity: 'thing', source: 'brief', maxAge: '1d' },
      features: [{ name: 'x' }, { name: 's', default: 'none' }],
    },
    setDocument('hours', 'thing', 'brief', BRIEF),
    {
      ...{ kind: 'FeatureService', name: LAW_BRIEF },
      entries: [{ featureSet: 'held' }, { featureSet: 'hours' }],
    },
  ];
}

/** Another meaning of the set of tiles, and the service that takes it. */
export function variantDocuments(variant: number): readonly unknown[] {
  const twins = tiled(variant)
    .slice(0, TWIN_FEATURES)
    .map(({ name }) => name);
  return [
    setDocument('tiled', 'thing', 'readings', tiled(variant)),
    {
      ...{ kind: 'FeatureService', name: LAW_SERVICE, description: `variant ${variant}` },
      entries: [
        { featureSet: 'newest' },
        { featureSet: 'tiled' },
        { featureSet: 'tiled', alias: 'twin', features: twins, keys: { k: 'k2' } },
        ...['past', 'exact', 'pairs'].map((featureSet) => ({ featureSet })),
      ],
    },
  ];
}

export const LAW_SERVICE = 'law';

/** The service over the source of hours. */
export const LAW_BRIEF = 'brief';

/** Aliases of the set that has versions, which are deactivated and activated again. */
export const VERSIONED_ALIASES: readonly string[] = ['tiled', 'twin'];

function setDocument(name: string, entity: string, source: LawSource, specs: readonly WindowSpec[]) {
  return { kind: 'FeatureSet', name, entity, source, features: specs.map(specDocument) };
}
