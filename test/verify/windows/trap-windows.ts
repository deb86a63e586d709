import { parseTimestamp } from '../../../src/definition/time.js';
import type { ManualClock } from '../../../src/platform/clock.js';
import type { ProjectApi } from '../rows/project-api.js';
import { type Column, jsonRow, type SentRow } from '../rows/row-text.js';
import { TRAP_SOURCE } from '../rows/trap-answers.js';
import { keysOf, readLines, TRAP_COLUMNS } from '../rows/trap-data.js';
import {
  type KnownValues,
  knownDifference,
  knownFeatures,
  TOLERANCE,
  type Tolerance,
} from './known-values.js';

/** What a window is asked for, and what it holds. */
export type WindowQuery = {
  readonly id: number;
  readonly case: string;
  readonly keys: SentRow;
  readonly asOf: string;
  readonly knowledge: 'event' | 'known';
  readonly column: Column;
  readonly windowUs: number;
  /** Sums of numbers that cancel each other, computed with doubles there. */
  readonly loose: boolean;
  readonly known: KnownValues;
};

/** The window queries over the awkward rows, with independently computed answers. */
export async function readWindowQueries(): Promise<readonly WindowQuery[]> {
  const lines = await readLines('traps/windows.jsonl');
  return lines.map((line) => ({
    id: line['id'] as number,
    case: line['case'] as string,
    keys: keysOf(line['keys']),
    asOf: line['asOf'] as string,
    knowledge: line['knowledge'] as WindowQuery['knowledge'],
    column: columnOf(line['column'] as string),
    windowUs: line['windowUs'] as number,
    loose: line['loose'] === true,
    known: line['expected'] as KnownValues,
  }));
}

/** Of each entity that is asked for, a feature set for each column and window, exact, and a service of them all. */
export function windowDocuments(queries: readonly WindowQuery[]): readonly unknown[] {
  const sets = new Map(queries.map((query) => [setOf(query), query]));
  const entities = new Map(queries.map((query) => [entityOf(query), Object.keys(query.keys)]));
  return [
    TRAP_SOURCE,
    ...[...entities].map(([name, keys]) => ({ kind: 'Entity', name, keys: keys.map(columnOf) })),
    ...[...sets].map(([name, query]) => ({
      ...{ kind: 'FeatureSet', name, entity: entityOf(query), source: TRAP_SOURCE.name },
      features: knownFeatures(query.column).map(({ name: feature, aggregate }) => ({
        ...{ name: feature, aggregate, window: `${query.windowUs}us` },
        ...{ hop: '1us', max: MAX_ROWS },
      })),
    })),
    ...[...entities.keys()].map((name) => ({
      ...{ kind: 'FeatureService', name },
      entries: [...sets]
        .filter(([, query]) => entityOf(query) === name)
        .map(([featureSet]) => ({ featureSet })),
    })),
  ];
}

/** More than there are rows. */
const MAX_ROWS = 1_100;

/** What retrievals under the rule of each query differ in from its answer. */
export async function retrievedDifferences(
  api: ProjectApi,
  queries: readonly WindowQuery[],
): Promise<readonly string[]> {
  const differences: string[] = [];
  const alike = Map.groupBy(queries, (query) => `${entityOf(query)} ${query.knowledge}`);
  for (const asked of alike.values()) {
    const { knowledge } = asked[0]!;
    const columns = [...keyColumns(asked[0]!), AS_OF];
    const rows = asked.map(({ keys, asOf }) => jsonRow(columns, { ...keys, as_of: parseTimestamp(asOf) }));
    const path = `retrievals?featureService=${entityOf(asked[0]!)}&time=as_of&knowledge=${knowledge}`;
    const { rows: lines } = await api.post<{
      readonly rows: readonly Readonly<Record<string, unknown>>[];
    }>(path, `{"rows":[${rows.join(',')}]}`);
    asked.forEach((query, i) => {
      differences.push(...differencesOf(query, (name) => lines[i]![`${setOf(query)}__${name}`]));
    });
  }
  return differences;
}

/** What lookups differ in, of queries by event time whose T is not before the newest row of the key: `asked` of them were. */
export async function lookedUpDifferences(
  api: ProjectApi,
  clock: ManualClock,
  queries: readonly WindowQuery[],
): Promise<{ readonly asked: number; readonly differences: readonly string[] }> {
  const differences: string[] = [];
  let asked = 0;
  for (const query of queries.filter(({ knowledge }) => knowledge === 'event')) {
    const asOfUs = parseTimestamp(query.asOf)!;
    clock.set(asOfUs);
    const entity = jsonRow(keyColumns(query), query.keys);
    const body = `{"featureService":"${entityOf(query)}","entities":[${entity}]}`;
    const { asOf, features, results } = await api.post<Lookup>('online/lookup', body);
    if (parseTimestamp(asOf) !== asOfUs) continue;
    asked++;
    const read = (name: string) => results[0]!.values[features.indexOf(`${setOf(query)}__${name}`)];
    differences.push(...differencesOf(query, read).map((text) => `online, ${text}`));
  }
  return { asked, differences };
}

type Lookup = {
  readonly asOf: string;
  readonly features: readonly string[];
  readonly results: readonly { readonly values: readonly unknown[] }[];
};

function differencesOf(query: WindowQuery, read: (feature: string) => unknown): readonly string[] {
  const { id, case: name, knowledge, column, known } = query;
  return knownFeatures(column).flatMap((feature) => {
    const value = read(feature.name);
    const difference = knownDifference(feature, known[feature.name], value, toleranceOf(query));
    return difference === null ? [] : [`query ${id} (${name}, ${knowledge}): ${difference}`];
  });
}

/** How far doubles may be from the known answer of a query. */
export function toleranceOf({ loose }: WindowQuery): Tolerance {
  return loose ? LOOSE : TOLERANCE;
}

/** Sums there were off by as much as 4 units in the last place of 1e16, where such numbers cancel each other. */
const LOOSE: Tolerance = { relative: 0, absolute: 8 };

const AS_OF: Column = { name: 'as_of', type: 'TIMESTAMP' };

const entityOf = ({ keys }: WindowQuery): string => Object.keys(keys).join('_');

const setOf = (query: WindowQuery): string => `${entityOf(query)}_${query.column.name}_${query.windowUs}`;

const keyColumns = ({ keys }: WindowQuery): readonly Column[] => Object.keys(keys).map(columnOf);

function columnOf(name: string): Column {
  return TRAP_COLUMNS.find((column) => column.name === name)!;
}
