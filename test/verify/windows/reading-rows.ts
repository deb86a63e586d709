import type { Random } from '../rows/random.js';
import type { SentRow } from '../rows/row-text.js';
import type { EdgeTimes } from './edge-times.js';

const SECOND_US = 1_000_000n;
const HOUR_US = 3_600_000_000n;

const TEXTS = ['', 'a', 'b', 'é', '\u{1f600}'] as const;

/** Rows whose times may be taken once more, so that rows tie. */
const RECENT_ROWS = 20;

/** Random readings around an instant: on edges and beside them, late, tied, deleted, with every awkward value. */
export class ReadingRows {
  private readonly recent: Pick<SentRow, 'at' | 'created' | 'ord'>[] = [];
  private made = 0;

  constructor(
    private readonly random: Random,
    private readonly edges: EdgeTimes,
    /** Different values of `k`, from 0 on. */
    private readonly things: number,
  ) {}

  /** A row that may be sent when the clock shows `nowUs`. */
  row(nowUs: bigint): SentRow {
    return { ...this.keysAndValues(), ...this.times(nowUs), id: `event-${this.made++}` };
  }

  private keysAndValues(): SentRow {
    const { random } = this;
    return {
      k: BigInt(random.whole(0, this.things - 1)),
      j: random.pick(['a', 'b', '', null]),
      gone: random.pick([true, false, false, false, false, null, null, null]),
      x: random.pick([null, 0, -0, Number.NaN, Number.POSITIVE_INFINITY, ...this.doubles()]),
      n: random.pick([
        null,
        0n,
        BigInt(random.whole(-50, 50)),
        BigInt(random.whole(-50, 50)),
        2n ** 63n - 1n,
      ]),
      s: random.pick([null, ...TEXTS]),
      b: random.pick([true, true, false, null]),
      fare: random.pick([null, random.whole(-10_000, 10_000) / 100, random.next() * 1_000]),
    };
  }

  /** Sums of them cancel, and are rounded. */
  private doubles(): readonly number[] {
    const { random } = this;
    return [random.next(), random.whole(1, 9), 1e16, -1e16, random.next() * 1e300, 0.1, -0.1];
  }

  private times(nowUs: bigint): Pick<SentRow, 'at' | 'created' | 'ord'> {
    const { random, recent } = this;
    if (recent.length > 0 && random.chance(0.2)) return random.pick(recent);
    const at = this.eventTime(nowUs);
    const late = random.pick([0n, 0n, 1n, -SECOND_US, SECOND_US, random.wholeUs(0n, HOUR_US)]);
    const times = { at, created: at + late, ord: random.pick([null, 0n, 1n, 2n]) };
    if (recent.push(times) > RECENT_ROWS) recent.shift();
    return times;
  }

  /** Up to a second ahead, most of them not long ago, some of them days. */
  private eventTime(nowUs: bigint): bigint {
    const { random, edges } = this;
    if (random.chance(0.5)) return edges.before(nowUs);
    return random.pick([
      nowUs,
      nowUs + random.wholeUs(0n, SECOND_US),
      nowUs - random.wholeUs(0n, 20n * SECOND_US),
      nowUs - random.wholeUs(0n, HOUR_US),
      nowUs - random.wholeUs(0n, 100n * HOUR_US),
    ]);
  }
}
