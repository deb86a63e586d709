import { setTimeout as sleep } from 'node:timers/promises';
import { parseDuration } from '../../../src/definition/duration.js';
import { parseTimestamp } from '../../../src/definition/time.js';
import { boundsOf } from '../../support/windows-oracle.js';
import { type ProjectApi, Refused } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import { replay, replayDifferences } from '../rows/served-replay.js';
import { BRIEF_RETENTION, BRIEF_SETS, LAW_BRIEF, LAW_KEYS } from './law-documents.js';
import type { LawAnswer, LawRecord } from './law-record.js';
import type { LawTime } from './law-time.js';
import { specFeatures } from './window-spec.js';

const BRIEF = { name: LAW_BRIEF, keyColumns: LAW_KEYS.slice(0, 1), aliases: ['held', 'hours'] };

const RETENTION_US = parseDuration(BRIEF_RETENTION, '');

const WINDOWS = BRIEF_SETS.flatMap(({ specs }) => specs.flatMap(specFeatures)).map(({ window }) => window);

/** The service looks every two seconds whether rows may go. */
const LOOK_MS = 3_000;
const LOOK_DEADLINE_MS = 20_000;
const LOOK_POLL_MS = 200;

/** Answers from before the horizon, each of which must be refused. */
const REFUSED_SAMPLE = 10;

/** Answers over a source whose rows leave history: how many are of times that it has, and were refused, and what differs. */
export type BriefFindings = {
  readonly answers: number;
  readonly refused: number;
  readonly differences: readonly string[];
};

/**
 * Retrieves by their records the answers over the source that keeps hours, once its rows left: those whose windows begin behind its
 * horizon are as they were, others are refused (S15). Not of instants that the clock came to twice: what left is judged by stamps.
 */
export async function briefDifferences(
  api: ProjectApi,
  { brief, briefFeatures, latestUs }: LawRecord,
  { time, random }: { readonly time: LawTime; readonly random: Random },
): Promise<BriefFindings> {
  const once = brief.filter(({ asOf }) => time.cameOnce(parseTimestamp(asOf)!));
  const old = once.filter(({ asOf }) => parseTimestamp(asOf)! < latestUs - RETENTION_US);
  const horizonUs = await horizonOf(api, old);
  if (horizonUs === null) return { answers: 0, refused: 0, differences: [] };
  const kept = once.filter(({ asOf }) => isKept(parseTimestamp(asOf)!, horizonUs));
  const gone = once.filter(({ asOf }) => !isKept(parseTimestamp(asOf)!, horizonUs));
  const { lines } = kept.length === 0 ? { lines: [] } : await replay(api, BRIEF, kept, BY_RECORD);
  const differences = replayDifferences(briefFeatures, kept, lines).map((text) => `kept for hours: ${text}`);
  const sample = random.shuffled(gone).slice(0, REFUSED_SAMPLE);
  for (const answer of sample) {
    const code = (await refusalOf(api, answer))?.code;
    if (code !== 'HISTORY_EXPIRED')
      differences.push(`${answer.asOf} is before the horizon, and was ${code ?? 'answered'}`);
  }
  return { answers: kept.length, refused: sample.length, differences };
}

const BY_RECORD = { version: 1, by: 'record' } as const;

/** From the first instant on whose windows lie behind the horizon, which no row before it can be in. */
function isKept(tUs: bigint, horizonUs: bigint): boolean {
  return tUs >= horizonUs && WINDOWS.every((window) => boundsOf(window, tUs).afterUs! >= horizonUs - 1n);
}

/**
 * Waits until the service let rows go by the clock of now, and tells from when on they are there; null where no answer is old enough
 * to tell.
 */
async function horizonOf(api: ProjectApi, answers: readonly LawAnswer[]): Promise<bigint | null> {
  const oldest = answers.toSorted((a, b) => Number(parseTimestamp(a.asOf)! - parseTimestamp(b.asOf)!))[0];
  if (oldest === undefined) return null;
  // What is due by the clock's last step happens at the next look.
  await sleep(LOOK_MS);
  for (const untilMs = performance.now() + LOOK_DEADLINE_MS; performance.now() < untilMs; ) {
    const refusal = await refusalOf(api, oldest);
    const found = refusal === null ? null : /begins at (\S+) \(historyRetention\)/.exec(refusal.message);
    if (found !== null) return parseTimestamp(found[1]!)!;
    await sleep(LOOK_POLL_MS);
  }
  return null;
}

async function refusalOf(api: ProjectApi, answer: LawAnswer): Promise<Refused | null> {
  try {
    await replay(api, BRIEF, [answer], BY_RECORD);
    return null;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}
