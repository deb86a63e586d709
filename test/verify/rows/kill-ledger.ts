import type { FileDoor, Receipt } from './doors.js';
import type { Body } from './project-api.js';
import type { Column, SentRow } from './row-text.js';

/** Sources that the traffic goes to: of the second one each row has an event id, and rows from the future wait. */
export const SOURCES = ['plain', 'events'] as const;
export type SourceName = (typeof SOURCES)[number];

/** `id` is the row's own in `plain`, and names an event in `events`. A row with neither `id` nor `k` is refused (S4). */
export const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'STRING' },
  { name: 'k', type: 'INT64' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'created', type: 'TIMESTAMP' },
  { name: 'n', type: 'INT64' },
  { name: 'v', type: 'FLOAT64' },
];

/** Different values of `k`. */
export const THINGS = 60;

/** A push, and what its sender knows of it. */
export type PushEntry = {
  readonly source: SourceName;
  readonly rows: readonly SentRow[];
  readonly query: string;
  readonly type: string;
  readonly body: Body;
  readonly key: string | null;
  /** Refused as a whole: it holds a wrong row, and its sender wants none of it taken then. */
  readonly isRefused: boolean;
  /** Null until it was acknowledged. */
  receipt: Receipt | null;
};

/** A file, which is loaded until a load of it has succeeded. */
export type LoadEntry = {
  readonly source: SourceName;
  readonly rows: readonly SentRow[];
  readonly door: FileDoor;
  readonly path: string;
  /** Null while its start is not acknowledged. */
  jobId: string | null;
  isDone: boolean;
};

/** Everything that was sent, and what became of it as far as its sender knows. */
export class Ledger {
  readonly pushes: PushEntry[] = [];
  readonly loads: LoadEntry[] = [];
  /** What did not happen as it must. */
  readonly problems: string[] = [];

  /** Pushes that may be made again without harm and must be, until they are acknowledged. */
  unanswered(): readonly PushEntry[] {
    return this.pushes.filter(
      ({ receipt, key, isRefused }) => receipt === null && key !== null && !isRefused,
    );
  }

  complain(problem: string): void {
    // A broken build has thousands, of which the first tell.
    if (this.problems.length < 1_000) this.problems.push(problem);
  }
}

/** Rows that a door must take. */
export function rightRows(rows: readonly SentRow[]): readonly SentRow[] {
  return rows.filter((row) => !isWrong(row));
}

/** Whether a door must refuse the row. */
export function isWrong(row: SentRow): boolean {
  return row['id'] === null;
}
