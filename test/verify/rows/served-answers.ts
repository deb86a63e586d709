import type { ProjectApi } from './project-api.js';
import type { AnswerLog } from './served-log.js';
import { replay, replayDifferences } from './served-replay.js';
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

const SERVED = { name: SERVICE, keyColumns: KEY_COLUMNS, aliases: ALIASES };

/** Retrieves every logged answer, by its record and by its T alone, and compares value, status and event time (S18). */
export async function servedDifferences(api: ProjectApi, log: AnswerLog): Promise<AnswerDifferences> {
  const examples: string[] = [];
  let [byRecord, byTime, uncertain] = [0, 0, 0];
  for (const version of [1, 2]) {
    const answers = log.answers.filter((answer) => answer.version === version);
    const recorded = await replay(api, SERVED, answers, { version, by: 'record' });
    const found = replayDifferences(log.features, answers, recorded.lines);
    byRecord += found.length;
    const timed = await replay(api, SERVED, answers, { version, by: 'time' });
    const missed = replayDifferences(log.features, answers, timed.lines);
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
  const { lines } = await replay(api, SERVED, early, { version: 2, by: 'time' });
  return lines.flatMap((line, i) =>
    own
      .filter((name) => line[`${name}__status`] !== 'NOT_FOUND')
      .map((name) => `${name} is ${line[`${name}__status`]} at ${early[i]!.asOf}, before its activation`),
  );
}

const EARLY_ANSWERS = 200;
