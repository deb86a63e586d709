import { formatTimestamp } from '../../../src/definition/time.js';
import type { Random } from '../rows/random.js';
import { flooredMs } from './readings.js';

const SECOND_US = 1_000_000n;

/** By how much the clocks of {@link ZONES} are set forward and back. */
const SHIFTS_US = [1_800n * SECOND_US, 3_600n * SECOND_US];

const ZONES = ['America/New_York', 'Europe/Lisbon', 'Australia/Lord_Howe', 'Asia/Kathmandu'] as const;

/** What kind of local time a text has: one that came twice and is the earlier, one that clocks skipped, or any other. */
type LocalKind = 'plain' | 'fold' | 'gap';

/** Instants as local time with an IANA zone, as doors read them (S4), by the rule of the JavaScript engine's own calendar. */
export class ZoneTexts {
  /** How many texts were given so far. */
  readonly counts = new Map<LocalKind, number>();

  constructor(private readonly random: Random) {}

  /** A text that is read as this instant, rather one of a change of clocks; null where every local time means another one. */
  of(us: bigint): string | null {
    const forms = ZONES.flatMap((zone) => formsOf(us, zone));
    const changes = forms.filter(({ kind }) => kind !== 'plain');
    const some = changes.length > 0 && this.random.chance(0.8) ? changes : forms;
    if (some.length === 0) return null;
    const { kind, text } = this.random.pick(some);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return text;
  }
}

type LocalForm = { readonly kind: LocalKind; readonly text: string };

/** Local times of a zone that are read as an instant: none where it is the second of one that came twice. */
function formsOf(us: bigint, zone: string): readonly LocalForm[] {
  const offset = offsetUs(us, zone);
  const form = (kind: LocalKind, localUs: bigint): LocalForm => ({
    kind,
    text: `${formatTimestamp(localUs).slice(0, -1)}[${zone}]`,
  });
  const skipped = SHIFTS_US.filter((shift) => offsetUs(us - shift, zone) === offset - shift);
  const gaps = skipped.map((shift) => form('gap', us + offset - shift));
  if (SHIFTS_US.some((shift) => offsetUs(us - shift, zone) === offset + shift)) return gaps;
  const comesAgain = SHIFTS_US.some((shift) => offsetUs(us + shift, zone) === offset - shift);
  return [...gaps, form(comesAgain ? 'fold' : 'plain', us + offset)];
}

/** How far the clocks of a zone are ahead of UTC. */
function offsetUs(us: bigint, zone: string): bigint {
  const second = new Date(Math.floor(flooredMs(us) / 1_000) * 1_000);
  const parts = Object.fromEntries(
    FORMATS.get(zone)!
      .formatToParts(second)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second: seconds } = parts;
  const local = Date.UTC(year!, month! - 1, day!, hour!, minute!, seconds!);
  return BigInt(local - second.getTime()) * 1_000n;
}

const NUMERIC = 'numeric';

const FORMATS: ReadonlyMap<string, Intl.DateTimeFormat> = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-US', {
      ...{ timeZone, hourCycle: 'h23', calendar: 'gregory', year: NUMERIC, month: NUMERIC, day: NUMERIC },
      ...{ hour: NUMERIC, minute: NUMERIC, second: NUMERIC },
    }),
  ]),
);
