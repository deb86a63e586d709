import { parseTimestamp } from '../../../src/definition/time.js';
import type { SentRow } from '../rows/row-text.js';
import type { LoggedAnswer, LookupJson } from '../rows/served-replay.js';
import { EdgeTimes } from './edge-times.js';

/** What was in work when the service was killed. */
export type KilledWork = 'push' | 'load' | 'priming' | 'rebuild' | 'start' | 'lookup';

/** Every answer of a seed, and what did not happen as it must. */
export class LawRecord {
  readonly answers: LoggedAnswer[] = [];
  /** Names of features by version of the service, as answers have them. */
  readonly features = new Map<number, readonly string[]>();
  /** Which variant of the tiles each version has. */
  readonly variants = new Map<number, number>();
  readonly problems: string[] = [];
  /** By what was under way, how many kills. */
  readonly killed = new Map<KilledWork, number>();
  kills = 0;
  stops = 0;
  refused = 0;
  edgeAnswers = 0;
  /** Answers in which a set was not active yet. */
  inactiveAnswers = 0;
  presentValues = 0;
  latestUs = 0n;

  answered(version: number, entities: readonly SentRow[], answer: LookupJson): void {
    const { asOf, features, results, sequences } = answer;
    this.features.set(version, features);
    const asOfUs = parseTimestamp(asOf)!;
    if (asOfUs > this.latestUs) this.latestUs = asOfUs;
    if (EdgeTimes.isEdge(asOfUs)) this.edgeAnswers += entities.length;
    entities.forEach((keys, i) => {
      const logged = { version, keys, asOf, ...results[i]!, sequences: sequences[i]! };
      this.answers.push(logged);
      this.presentValues += logged.statuses.filter((status) => status === 'PRESENT').length;
      // Of windows null says that; newest rows have none of an unknown key either.
      if (logged.sequences['tiled'] === null) this.inactiveAnswers++;
    });
  }

  killedDuring(work: Iterable<KilledWork>): void {
    this.kills++;
    for (const each of new Set(work)) this.killed.set(each, (this.killed.get(each) ?? 0) + 1);
  }

  complain(problem: string): void {
    if (this.problems.length < 100) this.problems.push(problem);
  }
}
