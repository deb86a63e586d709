import { parseTimestamp } from '../../../src/definition/time.js';
import type { Random } from '../rows/random.js';
import { CLOCK_CHANGES, EdgeTimes } from './edge-times.js';
import { lawSets, VARIANTS } from './law-documents.js';
import { turningTimes } from './turning-times.js';
import { specFeatures } from './window-spec.js';

const SECOND_US = 1_000_000n;
const HOUR_US = 3_600_000_000n;

/** How long before a change of clocks a seed begins: it runs through the days of 23 or 25 hours. */
const BEFORE_CHANGE_US = 36n * HOUR_US;

/** A second that rows may be ahead of the clock, and more than clocks of one machine may differ. */
const STAMP_SLACK_US = 2n * SECOND_US;

/** Rows that the clock is moved by: to where one of them enters or leaves a window. */
const RECENT_ROWS = 60;
const MOST_AHEAD_US = 4n * HOUR_US;

/** Every window of the law, and the few of them that are exact. */
const WINDOWS = Array.from({ length: VARIANTS }, (_, variant) => lawSets(variant)).flatMap((sets) =>
  sets.flatMap(({ specs }) => specs.flatMap(specFeatures).map(({ window }) => window)),
);

const EXACT = WINDOWS.filter(({ hopUs }) => hopUs === 1n);

/** What the clock of the service shows, moved on and back by random steps: to edges and beside them, often not at all. */
export class LawTime {
  readonly edges: EdgeTimes;
  nowUs: bigint;
  /** What the clock showed before and after each step back: instants between the two came twice. */
  readonly stepsBack: { readonly fromUs: bigint; readonly toUs: bigint }[] = [];
  private readonly recent: bigint[] = [];

  constructor(
    private readonly random: Random,
    seed: number,
  ) {
    this.edges = new EdgeTimes(random);
    this.nowUs = parseTimestamp(CLOCK_CHANGES[seed % CLOCK_CHANGES.length]!)! - BEFORE_CHANGE_US;
  }

  /** A row of this event time was sent. */
  sent(eventUs: bigint): void {
    if (this.recent.push(eventUs) > RECENT_ROWS) this.recent.shift();
  }

  /** Whether the clock was on its way to an instant, or had left it, but once: what stamps say of then has one meaning. */
  cameOnce(us: bigint): boolean {
    return this.stepsBack.every(
      ({ fromUs, toUs }) => us < fromUs - STAMP_SLACK_US || us > toUs + STAMP_SLACK_US,
    );
  }

  /** The next instant that the clock shows. */
  step(): bigint {
    const { random, edges } = this;
    const beforeUs = this.nowUs;
    const choice = random.next();
    if (choice < 0.25) this.nowUs += random.pick([0n, 0n, 1n, 999n]);
    else if (choice < 0.4) this.nowUs += random.wholeUs(0n, 30n * SECOND_US);
    else if (choice < 0.65) this.nowUs = edges.after(this.nowUs);
    else if (choice < 0.92) this.nowUs = this.nextTurn();
    else if (choice < 0.95) this.nowUs += random.wholeUs(0n, 2n * HOUR_US);
    else if (choice < 0.99) this.nowUs -= random.wholeUs(0n, 600n * SECOND_US);
    else this.nowUs -= random.wholeUs(0n, 3n * HOUR_US);
    if (this.nowUs < beforeUs) this.stepsBack.push({ fromUs: this.nowUs, toUs: beforeUs });
    return this.nowUs;
  }

  /** Where a row enters or leaves a window, or a microsecond beside that. */
  private nextTurn(): bigint {
    const { random, nowUs } = this;
    if (this.recent.length === 0) return nowUs;
    const turns = turningTimes([random.pick(this.recent)], random.chance(0.4) ? EXACT : WINDOWS);
    const ahead = turns.filter((us) => us >= nowUs && us <= nowUs + MOST_AHEAD_US);
    return ahead.length === 0 ? nowUs : random.pick(ahead);
  }
}
