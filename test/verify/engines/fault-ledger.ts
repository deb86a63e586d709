import type { Receipt } from '../rows/doors.js';
import type { SentRow } from '../rows/row-text.js';
import type { LoggedAnswer } from '../rows/served-replay.js';

/** A push, and what its sender knows of it. */
export type SentPush = {
  readonly rows: readonly SentRow[];
  /** With one it may be sent again, as the same delivery. */
  readonly key: string | null;
  /** Null until it was acknowledged. */
  receipt: Receipt | null;
};

/** Rows sent to the topic, or to the registry, whose fate may never be known. */
export type Sent<T> = { readonly what: T; isAcknowledged: boolean };

/** Everything that was sent since the installation began, and what became of it as far as its senders know. */
export class FaultLedger {
  readonly pushes: SentPush[] = [];
  readonly messages: Sent<SentRow>[] = [];
  readonly stamps: Sent<string>[] = [{ what: 'first', isAcknowledged: true }];
  /** Answers of the round. */
  answers: LoggedAnswer[] = [];
  features: readonly string[] = [];
  readonly problems: string[] = [];
  /** Requests by what became of them. */
  readonly counts = new Map<string, number>();
  /** By what was asked for, why it was not given the last time. */
  readonly lastErrors = new Map<string, string>();
  /** The last acknowledged row of the source, and of each thing. */
  lastSequence = -1;
  private readonly ofThing = new Map<bigint, { sequence: number; rows: number }>();

  /** Pushes that may be sent again and must be, until they are acknowledged. */
  unanswered(): readonly SentPush[] {
    return this.pushes.filter(({ receipt, key }) => receipt === null && key !== null);
  }

  acknowledged(push: SentPush, receipt: Receipt): void {
    const before = push.receipt;
    push.receipt = receipt;
    if (before !== null) {
      if (JSON.stringify(before) !== JSON.stringify(receipt))
        this.complain(`${push.key} was answered ${JSON.stringify(before)}, then ${JSON.stringify(receipt)}`);
      return;
    }
    const right = rightRows(push.rows);
    if (receipt.accepted !== right.length || receipt.firstSequence === null) {
      this.complain(`of ${right.length} rows ${receipt.accepted} were accepted`);
      return;
    }
    for (const [i, row] of right.entries()) this.isKnown(row, receipt.firstSequence + i);
  }

  /** What is known to be in the log of a thing: its last row, and how many. */
  knownOf(k: bigint): { readonly sequence: number; readonly rows: number } {
    return this.ofThing.get(k) ?? { sequence: -1, rows: 0 };
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  complain(problem: string): void {
    // A broken build has thousands, of which the first tell.
    if (this.problems.length < 100) this.problems.push(problem);
  }

  private isKnown(row: SentRow, sequence: number): void {
    const k = row['k'] as bigint;
    const known = this.knownOf(k);
    this.ofThing.set(k, { sequence: Math.max(known.sequence, sequence), rows: known.rows + 1 });
    this.lastSequence = Math.max(this.lastSequence, sequence);
  }
}

/** Rows that the door must take. */
export function rightRows(rows: readonly SentRow[]): readonly SentRow[] {
  return rows.filter(({ id }) => id !== null);
}
