import { parseTimestamp } from '../../../src/definition/time.js';
import type { ProjectApi } from './project-api.js';
import { arrow } from './row-arrow.js';
import { type Column, exactText, type SentRow } from './row-text.js';

/** One entity of one lookup, as it was answered. */
export type LoggedAnswer = {
  readonly version: number;
  readonly keys: SentRow;
  readonly asOf: string;
  /** By feature. */
  readonly values: readonly unknown[];
  readonly statuses: readonly string[];
  readonly eventTimes: readonly (string | null)[];
  /** By alias: the record of the answer (S18). */
  readonly sequences: Readonly<Record<string, number | null>>;
};

/** A lookup's answer as JSON. */
export type LookupJson = {
  readonly asOf: string;
  readonly features: readonly string[];
  readonly results: readonly Pick<LoggedAnswer, 'values' | 'statuses' | 'eventTimes'>[];
  readonly sequences: readonly LoggedAnswer['sequences'][];
};

/** The feature service that answers came from. */
export type LoggedService = {
  readonly name: string;
  readonly keyColumns: readonly Column[];
  readonly aliases: readonly string[];
};

export type ReplayedLine = Readonly<Record<string, unknown>>;

/** Answers of one version, retrieved again: a line for each, and how many values are not claimed. */
export type Replayed = { readonly lines: readonly ReplayedLine[]; readonly uncertain: number };

/** Retrieves logged answers with `knowledge: served`, by their records or by their T alone (S18). */
export async function replay(
  api: ProjectApi,
  service: LoggedService,
  answers: readonly LoggedAnswer[],
  { version, by }: { readonly version: number; readonly by: 'record' | 'time' },
): Promise<Replayed> {
  const records = by === 'record' ? service.aliases.map((alias) => `${alias}__sequence`) : [];
  const columns: readonly Column[] = [
    ...service.keyColumns,
    { name: 'as_of', type: 'TIMESTAMP' },
    ...records.map((name) => ({ name, type: 'INT64' as const })),
  ];
  const rows = answers.map(({ keys, asOf, sequences }) => ({
    ...keys,
    as_of: parseTimestamp(asOf),
    ...Object.fromEntries(
      service.aliases.map((alias) => {
        const sequence = sequences[alias] ?? null;
        return [`${alias}__sequence`, sequence === null ? null : BigInt(sequence)];
      }),
    ),
  }));
  const path = `retrievals?featureService=${service.name}&version=${version}&time=as_of&knowledge=served&include=status,eventTime`;
  const answer = await api.send('POST', path, {
    body: arrow(columns, rows),
    type: 'application/vnd.apache.arrow.stream',
    headers: { accept: 'application/json' },
  });
  const report = JSON.parse(answer.headers.get('plumbline-report')!) as { readonly uncertain: number };
  const { rows: lines } = JSON.parse(answer.bytes.toString()) as { readonly rows: readonly ReplayedLine[] };
  return { lines, uncertain: report.uncertain };
}

/** What lines differ in from the answers that they repeat: value, status and event time, bit for bit. */
export function replayDifferences(
  features: readonly string[],
  answers: readonly LoggedAnswer[],
  lines: readonly ReplayedLine[],
): readonly string[] {
  return answers.flatMap((answer, i) =>
    features.flatMap((name, f) => {
      const line = lines[i]!;
      const alias = name.slice(0, name.indexOf('__'));
      const got = exactText([line[name], line[`${name}__status`], line[`${alias}__event_time`]]);
      const due = exactText([answer.values[f], answer.statuses[f], answer.eventTimes[f]]);
      if (got === due) return [];
      return [`${name} at ${answer.asOf} knowing ${answer.sequences[alias]}: ${got}, was ${due}`];
    }),
  );
}
