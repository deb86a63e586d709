import type { SentRow } from '../rows/row-text.js';
import type { LookupJson } from '../rows/served-replay.js';
import { isSame, type LoggedRow, THINGS } from './fault-documents.js';
import { type FaultLedger, rightRows } from './fault-ledger.js';

/** What is there in the end, when nothing is under way. */
export type Findings = {
  /** In the order of sequences. */
  readonly history: readonly LoggedRow[];
  /** `v` of rows that wait in quarantine. */
  readonly quarantine: readonly number[];
  /** Aliases of the versions of what is stamped. */
  readonly stamps: readonly string[];
  /** Messages in the topic. */
  readonly messages: number;
  /** Newest row and windows of each thing, known through all rows. */
  readonly things: LookupJson;
};

/** Everything where it must be, once: what was acknowledged and nothing twice (S11, S12). */
export function audit(ledger: FaultLedger, found: Findings): void {
  const logged = loggedById(ledger, found.history);
  const isFromPush = new Set(ledger.pushes.flatMap(({ rows }) => rightRows(rows).map(({ id }) => id)));
  auditPushes(ledger, logged);
  for (const { what, isAcknowledged } of ledger.messages)
    if (isAcknowledged && !logged.has(what['id'] as string))
      ledger.complain(`message ${what['id']} was acknowledged and is lost`);
  const streamed = found.history.filter(({ id }) => !isFromPush.has(id)).length;
  if (streamed !== found.messages)
    ledger.complain(`${found.messages} messages are in the topic, ${streamed} of them in history`);
  auditSent(ledger, logged);
  const wrong = ledger.pushes.flatMap(({ rows, receipt }) =>
    rows
      .filter(({ id }) => id === null)
      .map(({ v }) => ({ what: Number(v), isAcknowledged: receipt !== null })),
  );
  once(ledger, 'quarantine', wrong, found.quarantine);
  once(ledger, 'the registry', ledger.stamps, found.stamps);
  auditThings(ledger, found);
}

function loggedById(ledger: FaultLedger, history: readonly LoggedRow[]): ReadonlyMap<string, LoggedRow> {
  const logged = new Map<string, LoggedRow>();
  history.forEach((row, i) => {
    if (row.sequence !== BigInt(i)) ledger.complain(`sequence ${row.sequence} is in place ${i} of history`);
    if (logged.has(row.id)) ledger.complain(`row ${row.id} is in history twice`);
    logged.set(row.id, row);
  });
  return logged;
}

/** A push is there whole and in a row, or, where nobody acknowledged it, not at all. */
function auditPushes(ledger: FaultLedger, logged: ReadonlyMap<string, LoggedRow>): void {
  for (const { rows, receipt, key } of ledger.pushes) {
    const places = rightRows(rows).map(({ id }) => logged.get(id as string)?.sequence);
    const first = receipt === null ? places[0] : BigInt(receipt.firstSequence ?? -1);
    if (places.some((place, i) => place !== (first === undefined ? undefined : first + BigInt(i))))
      ledger.complain(
        `push ${key} of ${places.length} rows lies in ${places.slice(0, 5).join(', ')}, begun at ${first}`,
      );
  }
}

/** Each row of history is as it was sent. */
function auditSent(ledger: FaultLedger, logged: ReadonlyMap<string, LoggedRow>): void {
  const sent = new Map<string, SentRow>();
  const all = [...ledger.pushes.flatMap(({ rows }) => rows), ...ledger.messages.map(({ what }) => what)];
  for (const row of all) sent.set(row['id'] as string, row);
  for (const [id, row] of logged) {
    const due = sent.get(id);
    if (due === undefined || !isSame(due, row)) ledger.complain(`row ${id} was never sent so`);
  }
}

/** What was acknowledged is there once, and what was not once at most. */
function once<T>(
  ledger: FaultLedger,
  where: string,
  sent: readonly { readonly what: T; readonly isAcknowledged: boolean }[],
  found: readonly T[],
): void {
  const there = new Set(found);
  if (there.size !== found.length) ledger.complain(`${where} has something twice`);
  const known = new Set(sent.map(({ what }) => what));
  for (const { what, isAcknowledged } of sent)
    if (isAcknowledged && !there.has(what)) ledger.complain(`${what} was acknowledged, ${where} lost it`);
  for (const what of there) if (!known.has(what)) ledger.complain(`${what} in ${where} was never sent`);
}

/** Online state is that of all rows, each counted once. */
function auditThings(ledger: FaultLedger, { history, things }: Findings): void {
  const ofThing = Map.groupBy(history, ({ k }) => k);
  for (let k = 0; k < THINGS; k++) {
    const rows = ofThing.get(BigInt(k)) ?? [];
    const newest = rows.toSorted((a, b) => Number(b.at - a.at))[0];
    const total = rows.reduce((sum, { v }) => sum + v, 0n);
    const due = [
      newest?.id ?? null,
      newest === undefined ? null : Number(newest.v),
      rows.length,
      rows.length === 0 ? null : Number(total),
    ];
    const values = things.results[k]!.values;
    const got = ['newest__id', 'newest__v', 'counted__n', 'counted__total'].map(
      (name) => values[things.features.indexOf(name)],
    );
    if (JSON.stringify(got) !== JSON.stringify(due))
      ledger.complain(`thing ${k} is ${JSON.stringify(got)} online, ${JSON.stringify(due)} in history`);
  }
}
