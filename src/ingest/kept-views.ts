import type { SourceDocument } from '../definition/document.js';
import type { History } from '../offline/history.js';
import type { SourceRef } from '../offline/store.js';
import { eventsOf } from './event-ids.js';
import type { Identities } from './identities.js';
import type { LoggedRows } from './log.js';
import { stampsOf } from './row-stamps.js';

/**
 * The views of a log that the owner of its source writes, and every process that may own it some day: history, and what was
 * seen. Rows become the same in both, whoever takes them from the log.
 */
export async function appendToHistory(
  history: History,
  ref: SourceRef,
  logged: LoggedRows,
  visibleUs: bigint,
): Promise<void> {
  const { rows, firstSequence, arrivalUs, epoch } = logged;
  const stamps = stampsOf(ref.source, logged);
  await history.append(ref, { rows, firstSequence, ...stamps, arrivalUs, visibleUs, epoch });
}

/** Learns deliveries and events of rows; `name` is that of the log. */
export async function learnRows(
  identities: Identities,
  name: string,
  source: SourceDocument,
  group: readonly LoggedRows[],
): Promise<void> {
  await identities.learn(
    name,
    group.map((logged) => ({ logged, events: eventsOf(source, logged) })),
  );
}
