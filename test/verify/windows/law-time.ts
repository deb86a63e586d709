import { parseTimestamp } from '../../../src/definition/time.js';
import type { Random } from '../rows/random.js';
import { CLOCK_CHANGES, EdgeTimes } from './edge-times.js';

const SECOND_US = 1_000_000n;
const HOUR_US = 3_600_000_000n;

/** How long before a change of clocks a seed begins: it runs through the days of 23 or 25 hours. */
const BEFORE_CHANGE_US = 36n * HOUR_US;

/** What the clock of the service shows, moved on and back by random steps: to edges and beside them, often not at all. */
export class LawTime {
  readonly edges: EdgeTimes;
  nowUs: bigint;
  latestUs: bigint;
  stepsBack = 0;

  constructor(
    private readonly random: Random,
    seed: number,
  ) {
    this.edges = new EdgeTimes(random);
    this.nowUs = parseTimestamp(CLOCK_CHANGES[seed % CLOCK_CHANGES.length]!)! - BEFORE_CHANGE_US;
    this.latestUs = this.nowUs;
  }

  /** The next instant that the clock shows. */
  step(): bigint {
    const { random, edges } = this;
    const beforeUs = this.nowUs;
    const choice = random.next();
    if (choice < 0.3) this.nowUs += random.pick([0n, 0n, 1n, 999n]);
    else if (choice < 0.55) this.nowUs += random.wholeUs(0n, 30n * SECOND_US);
    else if (choice < 0.9) this.nowUs = edges.after(this.nowUs);
    else if (choice < 0.94) this.nowUs += random.wholeUs(0n, 2n * HOUR_US);
    else if (choice < 0.99) this.nowUs -= random.wholeUs(0n, 600n * SECOND_US);
    else this.nowUs -= random.wholeUs(0n, 3n * HOUR_US);
    if (this.nowUs < beforeUs) this.stepsBack++;
    if (this.nowUs > this.latestUs) this.latestUs = this.nowUs;
    return this.nowUs;
  }
}
