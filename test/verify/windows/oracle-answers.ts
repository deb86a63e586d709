import { parseTimestamp } from '../../../src/definition/time.js';
import type { OracleRow } from '../../support/windows-oracle.js';
import type { ProjectApi } from '../rows/project-api.js';
import { type Column, exactText, jsonRow, type SentRow } from '../rows/row-text.js';
import { specFeatures, type WindowSpec } from './window-spec.js';

/** Rows that were sent, and what the service `windows` has of them, by alias. */
export type SentWindows = {
  readonly rows: readonly OracleRow[];
  readonly sets: Readonly<Record<string, readonly WindowSpec[]>>;
};

/** A row as the oracle takes it: what is not finite is NULL once it entered (S3). */
export function oracleRow(row: SentRow, sequence: bigint): OracleRow {
  const columns = Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'number' && !Number.isFinite(value) ? null : value,
    ]),
  );
  return {
    columns,
    tombstone: row['gone'] === true,
    order: {
      eventTime: row['at'] as bigint,
      orderTime: row['created'] as bigint,
      orderColumn: row['ord'] as bigint | null,
      sequence,
    },
  };
}

/** What a lookup of some keys differs in from the oracle, as of the T that it states. */
export async function lookedUp(
  api: ProjectApi,
  sent: SentWindows,
  keys: readonly bigint[],
): Promise<readonly string[]> {
  const entities = keys.map((k) => jsonRow([K], { k }));
  const answer = await api.post<Lookup>(
    'online/lookup',
    `{"featureService":"windows","entities":[${entities.join(',')}]}`,
  );
  const tUs = parseTimestamp(answer.asOf)!;
  const places = new Map(answer.features.map((name, place) => [name, place]));
  return keys.flatMap((k, i) => {
    const values = answer.results[i]!.values;
    const rows = rowsOf(sent, k, () => true);
    return differences(sent, rows, tUs, (name) => values[places.get(name)!]).map(
      (text) => `online, ${k} at ${answer.asOf}: ${text}`,
    );
  });
}

type Lookup = {
  readonly asOf: string;
  readonly features: readonly string[];
  readonly results: readonly { readonly values: readonly unknown[] }[];
};

export type Questions = {
  readonly knowledge: 'event' | 'known';
  readonly boundary: 'inclusive' | 'exclusive';
  readonly questions: readonly { readonly k: bigint; readonly tUs: bigint }[];
};

/** What a retrieval differs in from the oracle. */
export async function retrieved(
  api: ProjectApi,
  sent: SentWindows,
  { knowledge, boundary, questions }: Questions,
): Promise<readonly string[]> {
  const frame = questions.map(({ k, tUs }) => jsonRow([K, T], { k, t: tUs }));
  const path = `retrievals?featureService=windows&time=t&knowledge=${knowledge}&boundary=${boundary}`;
  const answer = await api.post<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>(
    path,
    `{"rows":[${frame.join(',')}]}`,
  );
  return questions.flatMap(({ k, tUs }, i) => {
    const asOfUs = boundary === 'inclusive' ? tUs : tUs - 1n;
    const rows = rowsOf(sent, k, (row) => knowledge === 'event' || row.order.orderTime <= asOfUs);
    const line = answer.rows[i]!;
    return differences(sent, rows, asOfUs, (name) => line[name]).map(
      (text) => `${knowledge}, ${boundary}, ${k} at ${String(line['t'])}: ${text}`,
    );
  });
}

const K: Column = { name: 'k', type: 'INT64' };
const T: Column = { name: 't', type: 'TIMESTAMP' };

function rowsOf({ rows }: SentWindows, k: bigint, counts: (row: OracleRow) => boolean): readonly OracleRow[] {
  return rows.filter((row) => row.columns['k'] === k && counts(row));
}

function differences(
  { sets }: SentWindows,
  rows: readonly OracleRow[],
  tUs: bigint,
  answered: (name: string) => unknown,
): readonly string[] {
  return Object.entries(sets).flatMap(([alias, specs]) =>
    specs.flatMap(specFeatures).flatMap(({ name, value }) => {
      const [got, due] = [exactText(answered(`${alias}__${name}`)), exactText(value(rows, tUs))];
      return got === due ? [] : [`${alias}__${name} is ${got}, not ${due}`];
    }),
  );
}
