import type { Value } from '../../src/definition/value.js';

/** A row as the oracle sees it: its place in the list is its sequence. */
export type OracleRow = {
  readonly a: string;
  readonly b: bigint | null;
  readonly event: bigint;
  readonly created: bigint;
  readonly seq: bigint | null;
  readonly v: number | null;
  readonly V: bigint | null;
};

export type OracleQuestion = { readonly a: string | null; readonly b: bigint | null; readonly t: bigint };

export type OracleRules = { readonly knowledge: 'known' | 'event'; readonly maxAgeUs: bigint | null };

/** S14 to S17 by looking at every row: the answer for the features v (default −1), V and twice. */
export function oracleAnswer(
  rows: readonly OracleRow[],
  question: OracleQuestion,
  rules: OracleRules,
): Record<string, Value> {
  const found = newest(rows, question, rules.knowledge);
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

/** Values, with their statuses, that the two knowledge rules give differently (S17). */
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
    for (const name of ['v', 'V', 'twice']) {
      const same = known![name] === event![name] && known![`${name}__status`] === event![`${name}__status`];
      count += Number(!same);
    }
  }
  return count;
}

function newest(
  rows: readonly OracleRow[],
  { a, b, t }: OracleQuestion,
  knowledge: 'known' | 'event',
): OracleRow | null {
  let best: number | null = null;
  rows.forEach((row, sequence) => {
    if (row.a !== a || row.b === null || row.b !== b || row.event > t) return;
    if (knowledge === 'known' && row.created > t) return;
    if (best === null || isNewer(row, rows[best]!)) best = sequence;
  });
  return best === null ? null : rows[best]!;
}

/** A later row of the list wins a tie: its sequence is greater (S10). */
function isNewer(row: OracleRow, other: OracleRow): boolean {
  if (row.event !== other.event) return row.event > other.event;
  if (row.created !== other.created) return row.created > other.created;
  const [mine, theirs] = [row.seq ?? -1n, other.seq ?? -1n];
  return mine >= theirs;
}
