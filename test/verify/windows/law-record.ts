import { parseTimestamp } from '../../../src/definition/time.js';
import type { SentRow } from '../rows/row-text.js';
import type { LoggedAnswer, LookupJson } from '../rows/served-replay.js';
import { EdgeTimes } from './edge-times.js';

/** What was in work when the service was killed. */
export type KilledWork = 'push' | 'load' | 'priming' | 'rebuild' | 'start' | 'lookup' | 'deactivation';

/** One entity of one lookup. */
export type LawAnswer = LoggedAnswer & {
  /** The clock stood still meanwhile, as far as its own stamps can tell. */
  readonly isSteady: boolean;
};

/** What was asked, and how. */
export type LawLookup = Pick<LawAnswer, 'version' | 'isSteady'> & { readonly entities: readonly SentRow[] };

/** Every answer of a seed, and what did not happen as it must. */
export class LawRecord {
  readonly answers: LawAnswer[] = [];
  /** Those over the source that keeps hours alone. */
  readonly brief: LawAnswer[] = [];
  briefFeatures: readonly string[] = [];
  /** By version of the set of tiles, what the clock showed at most when it was last deactivated. */
  readonly deactivatedUs = new Map<number, bigint>();
  deactivations = 0;
  reactivations = 0;
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

  answered(asked: LawLookup, answer: LookupJson): void {
    this.features.set(asked.version, answer.features);
    const logged = this.logged(asked, answer);
    if (EdgeTimes.isEdge(parseTimestamp(answer.asOf)!)) this.edgeAnswers += logged.length;
    this.answers.push(...logged);
    for (const { sequences, statuses } of logged) {
      this.presentValues += statuses.filter((status) => status === 'PRESENT').length;
      // Of windows null says that; newest rows have none of an unknown key either.
      if (sequences['tiled'] === null) this.inactiveAnswers++;
    }
  }

  answeredBrief(asked: LawLookup, answer: LookupJson): void {
    this.briefFeatures = answer.features;
    this.brief.push(...this.logged(asked, answer));
  }

  private logged({ version, entities, isSteady }: LawLookup, answer: LookupJson): readonly LawAnswer[] {
    const { asOf, results, sequences } = answer;
    const asOfUs = parseTimestamp(asOf)!;
    if (asOfUs > this.latestUs) this.latestUs = asOfUs;
    return entities.map((keys, i) => ({
      ...{ version, keys, asOf, ...results[i]!, sequences: sequences[i]!, isSteady },
    }));
  }

  /** A version of the set of tiles is being deactivated, or was. */
  deactivated(version: number, nowUs: bigint): void {
    const beforeUs = this.deactivatedUs.get(version);
    if (beforeUs === undefined || nowUs > beforeUs) this.deactivatedUs.set(version, nowUs);
  }

  killedDuring(work: Iterable<KilledWork>): void {
    this.kills++;
    for (const each of new Set(work)) this.killed.set(each, (this.killed.get(each) ?? 0) + 1);
  }

  complain(problem: string): void {
    if (this.problems.length < 100) this.problems.push(problem);
  }
}
