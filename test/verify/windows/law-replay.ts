import { parseTimestamp } from '../../../src/definition/time.js';
import type { ProjectApi } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import { type ReplayedLine, replay, replayDifferences } from '../rows/served-replay.js';
import { LAW_ALIASES, LAW_KEYS, LAW_SERVICE, VERSIONED_ALIASES } from './law-documents.js';
import type { LawAnswer, LawRecord } from './law-record.js';
import type { LawTime } from './law-time.js';

const SERVED = { name: LAW_SERVICE, keyColumns: LAW_KEYS, aliases: LAW_ALIASES };

/** Answers of one retrieval: what it answers is read as one JSON document. */
const ANSWERS_AT_ONCE = 2_000;

/** Retrieves every recorded answer by its record, and gives what differs. */
export async function lawDifferences(api: ProjectApi, record: LawRecord): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const { version, answers } of portions(record.answers)) {
    const { lines } = await replay(api, SERVED, answers, { version, by: 'record' });
    differences.push(...replayDifferences(record.features.get(version)!, answers, lines));
  }
  return differences;
}

/** Answers retrieved by their T alone: how many, how many values in them are not claimed, and what else differs. */
export type TimedFindings = {
  readonly answers: number;
  readonly unclaimed: number;
  readonly differences: readonly string[];
};

/** Most answers with a difference that are retrieved once more, one by one. */
const MOST_ALONE = 150;

/**
 * Retrieves by T alone (S18) what was answered while the clock stood still, at instants that it came to once. An answer may differ
 * in as many values as its own report does not claim. What a version served before it was deactivated is not known by T alone.
 */
export async function timedDifferences(
  api: ProjectApi,
  record: LawRecord,
  { time, random }: { readonly time: LawTime; readonly random: Random },
): Promise<TimedFindings> {
  const claimed = record.answers.filter(
    ({ asOf, isSteady }) => isSteady && time.cameOnce(parseTimestamp(asOf)!),
  );
  const suspects: LawAnswer[] = [];
  let unclaimed = 0;
  for (const { version, answers } of portions(claimed)) {
    const { lines, uncertain } = await replay(api, SERVED, answers, { version, by: 'time' });
    unclaimed += uncertain;
    suspects.push(...answers.filter((answer, i) => ofAnswer(record, answer, lines[i]!).length > 0));
  }
  const differences: string[] = [];
  for (const answer of random.shuffled(suspects).slice(0, MOST_ALONE)) {
    const { lines, uncertain } = await replay(api, SERVED, [answer], { version: answer.version, by: 'time' });
    const found = ofAnswer(record, answer, lines[0]!);
    if (found.length > uncertain)
      differences.push(...found.map((text) => `by T (${uncertain} unclaimed): ${text}`));
  }
  return { answers: claimed.length, unclaimed, differences };
}

function ofAnswer(record: LawRecord, answer: LawAnswer, line: ReplayedLine): readonly string[] {
  const names = record.features.get(answer.version)!;
  const deactivatedUs = record.deactivatedUs.get(answer.version);
  const differences = replayDifferences(names, [answer], [line]);
  if (deactivatedUs === undefined || parseTimestamp(answer.asOf)! > deactivatedUs + STAMP_SLACK_US)
    return differences;
  return differences.filter((text) => !VERSIONED_ALIASES.some((alias) => text.startsWith(`${alias}__`)));
}

/** More than T may be ahead of the clock. */
const STAMP_SLACK_US = 2_000_000n;

/** Answers by version, so many at once. */
function* portions(
  all: readonly LawAnswer[],
): Iterable<{ readonly version: number; readonly answers: readonly LawAnswer[] }> {
  for (const [version, answers] of Map.groupBy(all, (answer) => answer.version))
    for (let start = 0; start < answers.length; start += ANSWERS_AT_ONCE)
      yield { version, answers: answers.slice(start, start + ANSWERS_AT_ONCE) };
}
