import { localToUtc, parseTimestamp } from '../../../src/definition/time.js';
import { floorTo } from '../../../src/definition/window.js';
import type { Random } from '../rows/random.js';
import { flooredMs } from './readings.js';

const DAY_US = 86_400_000_000n;

/** Hops of every default, and others that the features under test have. */
const HOPS_US = [1_000_000n, 10_000_000n, 60_000_000n, 300_000_000n, 3_600_000_000n, DAY_US];

const SPANS_US = [10_000_000n, 600_000_000n, 3_600_000_000n, 43_200_000_000n, DAY_US, 3n * DAY_US];

const ZONES = ['America/New_York', 'Europe/Lisbon'];

/** Instants at which their clocks were set forward and back: days of 23 and of 25 hours. */
export const CLOCK_CHANGES: readonly string[] = [
  '2024-03-10T07:00:00Z',
  '2024-03-31T01:00:00Z',
  '2024-10-27T01:00:00Z',
  '2024-11-03T06:00:00Z',
];

/** How often the next edge is that of a day. */
const DAYS_SHARE = 0.04;

const KINDS = ['tile', 'tile', 'span', 'day', 'change'] as const;

type EdgeKind = (typeof KINDS)[number];

/** Instants on, before and after the edges of tiles, spans, local days and changes of clocks. */
export class EdgeTimes {
  /** How many were given so far, by what they are the edge of. */
  readonly counts = new Map<EdgeKind, number>();

  constructor(private readonly random: Random) {}

  /** An edge not much later than `us`, or a microsecond beside one. */
  before(us: bigint): bigint {
    const kind = this.random.pick(KINDS);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return this.edgeBefore(us, kind) + this.random.pick([-1n, 0n, 1n]);
  }

  /** The next edge of a tile, at times the next midnight or change of clocks, or a microsecond beside it. */
  after(us: bigint): bigint {
    const { random } = this;
    if (random.chance(DAYS_SHARE)) return dayEdgeAfter(us, random.pick(ZONES)) + random.pick([-1n, 0n, 1n]);
    const hopUs = random.pick(HOPS_US.slice(0, -1));
    return floorTo(us, hopUs) + hopUs + random.pick([-1n, 0n, 1n]);
  }

  /** Whether an instant is at most a microsecond beside an edge of the shortest tiles. */
  static isEdge(us: bigint): boolean {
    const rest = us - floorTo(us, HOPS_US[0]!);
    return rest <= 1n || rest === HOPS_US[0]! - 1n;
  }

  private edgeBefore(us: bigint, kind: EdgeKind): bigint {
    const { random } = this;
    const hopUs = random.pick(HOPS_US);
    switch (kind) {
      case 'tile':
        return floorTo(us, hopUs) - BigInt(random.whole(0, 3)) * hopUs;
      case 'span':
        return floorTo(us - random.pick(SPANS_US), hopUs);
      case 'day':
        return midnightBefore(us, random.pick(ZONES));
      case 'change':
        return changeBefore(us);
    }
  }
}

/** Midnight of a zone on the day that UTC has, or the day before. */
function midnightBefore(us: bigint, zone: string): bigint {
  const dateOf = (each: bigint): string => new Date(flooredMs(each)).toISOString().slice(0, 10);
  const midnight = localToUtc(`${dateOf(us)}T00:00:00`, zone)!;
  return midnight <= us ? midnight : localToUtc(`${dateOf(us - DAY_US)}T00:00:00`, zone)!;
}

/** The next midnight of a zone, or a change of clocks that comes before it. */
function dayEdgeAfter(us: bigint, zone: string): bigint {
  const midnight = [0n, 1n, 2n]
    .map((days) => midnightBefore(us + days * DAY_US, zone))
    .find((each) => each > us);
  const change = CLOCK_CHANGES.map((text) => parseTimestamp(text)!).find((each) => each > us);
  return change !== undefined && change < midnight! ? change : midnight!;
}

function changeBefore(us: bigint): bigint {
  const passed = CLOCK_CHANGES.map((text) => parseTimestamp(text)!).filter((each) => each <= us);
  // Before the first of them every span is as good.
  return passed.at(-1) ?? floorTo(us, DAY_US);
}
