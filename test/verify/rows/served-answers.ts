import { parseTimestamp } from '../../../src/definition/time.js';
import type { ProjectApi } from './project-api.js';
import { arrow } from './row-arrow.js';
import { type Column, exactText } from './row-text.js';
import type { AnswerLog, LoggedAnswer } from './served-log.js';
import { ALIASES, KEY_COLUMNS, SERVICE } from './served-workload.js';

/** What logged answers and history differ in. */
export type AnswerDifferences = {
  readonly answers: number;
  /** Values compared, each with its status and event time. */
  readonly values: number;
  readonly byRecord: number;
  /** Beyond those that the report counts as uncertain. */
  readonly byTime: number;
  readonly uncertain: number;
  readonly examples: readonly string[];
};

type Line = Readonly<Record<string, unknown>>;

type Retrieved = { readonly lines: readonly Line[]; readonly uncertain: number };

/** Retrieves every logged answer, by its record and by its T alone, and compares value, status and event time (S18). */
export async function servedDifferences(api: ProjectApi, log: AnswerLog): Promise<AnswerDifferences> {
  const examples: string[] = [];
  let [byRecord, byTime, uncertain] = [0, 0, 0];
  for (const version of [1, 2]) {
    const answers = log.answers.filter((answer) => answer.version === version);
    const recorded = await retrieve(api, version, { answers, columns: RECORD_COLUMNS });
    const found = differencesOf(log.features, answers, recorded.lines);
    byRecord += found.length;
    const timed = await retrieve(api, version, { answers, columns: [] });
    const missed = differencesOf(log.features, answers, timed.lines);
    const surplus = Math.max(0, missed.length - timed.uncertain);
    byTime += surplus;
    uncertain += timed.uncertain;
    examples.push(...found.map((text) => `by record, ${text}`));
    if (surplus > 0) examples.push(...missed.map((text) => `by T (${timed.uncertain} uncertain), ${text}`));
  }
  const early = await beforeActivation(api, log);
  examples.push(...early);
  const values = log.answers.length * log.features.length;
  return {
    answers: log.answers.length,
    values,
    byRecord,
    byTime: byTime + early.length,
    uncertain,
    examples,
  };
}

/** What the second version of a feature set answers for times before it was active: nothing. */
async function beforeActivation(
  api: ProjectApi,
  { answers, features }: AnswerLog,
): Promise<readonly string[]> {
  const own = features.filter(
    (name) => name.startsWith(`${ALIASES[0]}__`) || name.startsWith(`${ALIASES[1]}__`),
  );
  const early = answers.slice(0, EARLY_ANSWERS);
  const { lines } = await retrieve(api, 2, { answers: early, columns: [] });
  return lines.flatMap((line, i) =>
    own
      .filter((name) => line[`${name}__status`] !== 'NOT_FOUND')
      .map((name) => `${name} is ${line[`${name}__status`]} at ${early[i]!.asOf}, before its activation`),
  );
}

const EARLY_ANSWERS = 200;

const RECORD_COLUMNS: readonly Column[] = ALIASES.map((alias) => ({
  name: `${alias}__sequence`,
  type: 'INT64',
}));

async function retrieve(
  api: ProjectApi,
  version: number,
  { answers, columns }: { readonly answers: readonly LoggedAnswer[]; readonly columns: readonly Column[] },
): Promise<Retrieved> {
  const rows = answers.map(({ keys, asOf, sequences }) => ({
    ...keys,
    as_of: parseTimestamp(asOf),
    ...Object.fromEntries(
      ALIASES.map((alias) => {
        const sequence = sequences[alias] ?? null;
        return [`${alias}__sequence`, sequence === null ? null : BigInt(sequence)];
      }),
    ),
  }));
  const body = arrow([...KEY_COLUMNS, { name: 'as_of', type: 'TIMESTAMP' }, ...columns], rows);
  const path = `retrievals?featureService=${SERVICE}&version=${version}&time=as_of&knowledge=served&include=status,eventTime`;
  const answer = await api.send('POST', path, {
    body,
    type: 'application/vnd.apache.arrow.stream',
    headers: { accept: 'application/json' },
  });
  const report = JSON.parse(answer.headers.get('plumbline-report')!) as { readonly uncertain: number };
  const { rows: lines } = JSON.parse(answer.bytes.toString()) as { readonly rows: readonly Line[] };
  return { lines, uncertain: report.uncertain };
}

function differencesOf(
  features: readonly string[],
  answers: readonly LoggedAnswer[],
  lines: readonly Line[],
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
