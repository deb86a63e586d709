import { newestRow } from './newest-row.js';
import type { ProjectApi } from './project-api.js';
import { type Column, exactText, jsonRow, jsonText, type Scalar, type SentRow } from './row-text.js';
import { TRAP_COLUMNS, type TrapQuery, type TrapRow, type Traps } from './trap-data.js';

/** The service clock: beyond every row (S14). */
export const TRAP_CLOCK = '3000-01-02T00:00:00Z';

const SOURCE = 'traps';

/** The source of the rows as a document. */
export const TRAP_SOURCE = {
  kind: 'Source',
  name: SOURCE,
  columns: TRAP_COLUMNS,
  eventTime: 'event_time',
  createdTime: 'created_time',
  orderColumn: 'seq',
} as const;

/** The features of every set: each column but the keys, and the event time, which answers have by themselves. */
const FEATURES = TRAP_COLUMNS.filter(({ name }) => !['key', 'key2', 'ikey', 'event_time'].includes(name));

/** Alias of the feature set that stores an entity's newest row for ever. */
const STORED = 'key_key2_ikey';

/**
 * One entity for each list of keys that the queries name; of each entity a feature set for every limit of age, and a
 * service of them all.
 */
export function trapDocuments({ queries }: Traps): readonly unknown[] {
  const sets = new Map([[STORED, { keys: ['key', 'key2', 'ikey'], maxAgeUs: null as number | null }]]);
  for (const query of queries)
    sets.set(aliasOf(query), { keys: Object.keys(query.keys), maxAgeUs: query.maxAgeUs });
  const entities = new Map([...sets.values()].map(({ keys }) => [keys.join('_'), keys]));
  const setsOf = (keys: readonly string[]) =>
    [...sets].filter(([, set]) => set.keys.join() === keys.join()).map(([featureSet]) => ({ featureSet }));
  return [
    TRAP_SOURCE,
    ...[...entities].map(([name, keys]) => ({ kind: 'Entity', name, keys: keys.map(columnOf) })),
    ...[...sets].map(([name, { keys, maxAgeUs }]) => ({
      kind: 'FeatureSet',
      name,
      entity: keys.join('_'),
      source: SOURCE,
      features: FEATURES.map((feature) => ({ name: feature.name })),
      ...(maxAgeUs !== null && { maxAge: `${maxAgeUs}us` }),
    })),
    ...[...entities].map(([name, keys]) => ({ kind: 'FeatureService', name, entries: setsOf(keys) })),
    { kind: 'FeatureService', name: 'stored', entries: [{ featureSet: STORED }] },
  ];
}

/** What the online state of entities differs in from the rows that should be stored. */
export async function stateDifferences(
  api: ProjectApi,
  states: readonly { readonly keys: SentRow; readonly row: TrapRow }[],
): Promise<readonly string[]> {
  const keys = states.map((state) => jsonRow(KEY_COLUMNS, state.keys));
  const body = `{"featureService":"stored","entities":[${keys.join(',')}]}`;
  const { results } = await api.post<Lookup>('online/lookup', body);
  return states.flatMap(({ row }, i) => {
    const { values, statuses, eventTimes } = results[i]!;
    const got = FEATURES.map((_, f) => [values[f], statuses[f], eventTimes[f]]);
    return difference(`state of ${keys[i]}`, got, answerOf(row, false));
  });
}

/** What the answers to queries of one knowledge rule differ in from what is expected. */
export async function queryDifferences(
  api: ProjectApi,
  { rows, queries }: Traps,
  knowledge: TrapQuery['knowledge'],
): Promise<readonly string[]> {
  const asked = queries.filter((query) => query.knowledge === knowledge);
  const answers = new Map<TrapQuery, Line>();
  for (const service of new Set(asked.map(serviceOf))) {
    const own = asked.filter((query) => serviceOf(query) === service);
    const lines = await retrieve(api, service, own);
    own.forEach((query, i) => {
      answers.set(query, lines[i]!);
    });
  }
  return asked.flatMap((query) => {
    const alias = aliasOf(query);
    const answered = answers.get(query)!;
    const got = FEATURES.map(({ name }) => [
      answered[`${alias}__${name}`],
      answered[`${alias}__${name}__status`],
      answered[`${alias}__event_time`],
    ]);
    // Without its age limit the query has the row that is withheld.
    const row = query.expected === null ? newestRow(rows, query) : rows[Number(query.expected) - 1]!;
    const isWithheld = query.expected === null && row !== null;
    return difference(`query ${query.id} (${query.case}, ${knowledge})`, got, answerOf(row, isWithheld));
  });
}

/** The queries of one service and one knowledge rule as a frame, and its lines with their features. */
async function retrieve(
  api: ProjectApi,
  service: string,
  queries: readonly TrapQuery[],
): Promise<readonly Line[]> {
  const { keys, knowledge } = queries[0]!;
  const columns = [...Object.keys(keys).map(columnOf), { name: 'as_of', type: 'TIMESTAMP' } as const];
  const frame = queries.map((query) => jsonRow(columns, { ...query.keys, as_of: query.asOf }));
  const path = `retrievals?featureService=${service}&time=as_of&knowledge=${knowledge}&include=status,eventTime`;
  return (await api.post<{ readonly rows: readonly Line[] }>(path, `{"rows":[${frame.join(',')}]}`)).rows;
}

function serviceOf({ keys }: TrapQuery): string {
  return Object.keys(keys).join('_');
}

type Lookup = {
  readonly results: readonly {
    readonly values: readonly unknown[];
    readonly statuses: readonly string[];
    readonly eventTimes: readonly (string | null)[];
  }[];
};

type Line = Readonly<Record<string, unknown>>;

const KEY_COLUMNS = ['key', 'key2', 'ikey'].map(columnOf);

function columnOf(name: string): Column {
  return TRAP_COLUMNS.find((column) => column.name === name)!;
}

function aliasOf({ keys, maxAgeUs }: TrapQuery): string {
  return [...Object.keys(keys), ...(maxAgeUs === null ? [] : [maxAgeUs])].join('_');
}

/** Value, status and event time of each feature, as JSON has them. */
function answerOf(row: TrapRow | null, isWithheld: boolean): readonly unknown[] {
  return FEATURES.map(({ name, type }) => {
    if (row === null) return [null, 'NOT_FOUND', null];
    const event = JSON.parse(jsonText('TIMESTAMP', row.event)) as unknown;
    const value = isWithheld ? null : finite(row.values[name]!);
    const found = value === null ? 'NULL' : 'PRESENT';
    return [JSON.parse(jsonText(type, value)) as unknown, isWithheld ? 'EXPIRED' : found, event];
  });
}

/** NaN is NULL once it entered a source (S3). */
function finite(value: Scalar): Scalar {
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}

function difference(what: string, got: readonly unknown[], expected: readonly unknown[]): readonly string[] {
  const [given, due] = [exactText(got), exactText(expected)];
  return given === due ? [] : [`${what}: ${given}, not ${due}`];
}
