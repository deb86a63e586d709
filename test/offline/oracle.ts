import type { Value } from '../../src/definition/value.js';

/** A row as the oracle sees it: its place in the list is its sequence. */
export type OracleRow = {
  readonly a: string;
  readonly b: bigint | null;
  readonly event: bigint;
  readonly created: bigint;
  /** When the door took it, and when it had been written online. */
  readonly arrival: bigint;
  readonly visible: bigint;
  readonly seq: bigint | null;
  readonly gone: boolean | null;
  readonly v: number | null;
  readonly V: bigint | null;
};

export type OracleQuestion = {
  readonly a: string | null;
  readonly b: bigint | null;
  readonly t: bigint;
  /** Of the answer's record; null where it knew no row. */
  readonly sequence: bigint | null;
};

export type OracleRules = {
  /** `record` is `served` by the sequences of the questions. */
  readonly knowledge: 'known' | 'event' | 'served' | 'record';
  readonly maxAgeUs: bigint | null;
  /** Rows beyond that sequence do not count. */
  readonly snapshot: bigint;
  /** From when on the feature set answered; null is never. */
  readonly activeUs: bigint | null;
};

/** Clocks are not trusted further than this (S18). */
const BOUND_US = 50_000n;

const FEATURES = ['v', 'V', 'twice'];

/** S13 to S19 by looking at every row: the answer for the features v (default −1), V and twice. */
export function oracleAnswer(
  rows: readonly OracleRow[],
  question: OracleQuestion,
  rules: OracleRules,
): Record<string, Value> {
  const newest = newestOf(rows, question, countsBy(question, rules));
  const found = newest === null || newest.gone === true ? null : newest;
  const expired = found !== null && rules.maxAgeUs !== null && question.t - found.event > rules.maxAgeUs;
  const answer = (value: Value): readonly [Value, string] => {
    if (found === null) return [null, 'NOT_FOUND'];
    if (expired) return [null, 'EXPIRED'];
    return [value, value === null ? 'NULL' : 'PRESENT'];
  };
  const [v, vStatus] = answer(found?.v ?? null);
  const [V, VStatus] = answer(found?.V ?? null);
  const [twice, twiceStatus] = answer(found?.v == null ? null : found.v * 2);
  return {
    v: v ?? -1,
    v__status: vStatus,
    V,
    V__status: VStatus,
    twice,
    twice__status: twiceStatus,
    event_time: found?.event ?? null,
  };
}

/** Values, with their statuses, that the rules `known` and `event` give differently (S17). */
export function oracleLeakCount(
  rows: readonly OracleRow[],
  frame: readonly OracleQuestion[],
  rules: OracleRules,
): number {
  let count = 0;
  for (const question of frame) {
    const [known, event] = (['known', 'event'] as const).map((knowledge) =>
      oracleAnswer(rows, question, { ...rules, knowledge }),
    );
    for (const name of FEATURES) {
      const same = known![name] === event![name] && known![`${name}__status`] === event![`${name}__status`];
      count += Number(!same);
    }
  }
  return count;
}

/** Values whose row changes while the clocks may be off by the bound (S18): all orders of change are tried. */
export function oracleUncertain(
  rows: readonly OracleRow[],
  frame: readonly OracleQuestion[],
  { snapshot, activeUs }: OracleRules,
): number {
  if (activeUs === null) return 0;
  const changes = frame.filter((question) => {
    const { t } = question;
    const surely = newestOf(rows, question, (row, sequence) => {
      return t >= activeUs + BOUND_US && sequence <= snapshot && row.visible + BOUND_US <= t;
    });
    const perhaps = newestOf(rows, question, (row, sequence) => {
      return t >= activeUs - BOUND_US && sequence <= snapshot && row.arrival - BOUND_US <= t;
    });
    return surely !== perhaps;
  });
  return FEATURES.length * changes.length;
}

type Counts = (row: OracleRow, sequence: bigint) => boolean;

function countsBy(
  { t, sequence: known }: OracleQuestion,
  { knowledge, snapshot, activeUs }: OracleRules,
): Counts {
  const rules: Record<OracleRules['knowledge'], Counts> = {
    event: () => true,
    known: ({ created }) => created <= t,
    served: ({ visible }) => activeUs !== null && t >= activeUs && visible <= t,
    record: (_, sequence) => known !== null && sequence <= known,
  };
  return (row, sequence) => sequence <= snapshot && rules[knowledge](row, sequence);
}

function newestOf(rows: readonly OracleRow[], { a, b, t }: OracleQuestion, counts: Counts): OracleRow | null {
  let best: OracleRow | null = null;
  rows.forEach((row, sequence) => {
    if (row.a !== a || row.b === null || row.b !== b || row.event > t) return;
    if (!counts(row, BigInt(sequence))) return;
    if (best === null || isNewer(row, best)) best = row;
  });
  return best;
}

/** A later row of the list wins a tie: its sequence is greater (S10). */
function isNewer(row: OracleRow, other: OracleRow): boolean {
  if (row.event !== other.event) return row.event > other.event;
  if (row.created !== other.created) return row.created > other.created;
  if ((row.seq === null) !== (other.seq === null)) return other.seq === null;
  return (row.seq ?? 0n) >= (other.seq ?? 0n);
}
