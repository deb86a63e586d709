import { historyOf } from './history-file.js';
import { isWrong, type Ledger, type PushEntry, rightRows, SOURCES, type SourceName } from './kill-ledger.js';
import type { ProjectApi } from './project-api.js';
import type { SentRow } from './row-text.js';

/** A row of the history of a source. */
export type LoggedRow = {
  readonly sequence: bigint;
  readonly id: string;
  readonly k: bigint;
  readonly at: bigint;
  readonly created: bigint;
  readonly n: bigint;
  readonly v: number;
};

/** What a source's history holds, in the order of sequences. Its service must have ended: one process owns the file. */
export function readHistory(dataDir: string, source: SourceName): Promise<readonly LoggedRow[]> {
  const columns = 'id, k, epoch_us("at") AS "at", epoch_us(created) AS created, n, v';
  return historyOf(dataDir, source, columns);
}

/** A refused row that waits in quarantine. */
export type WaitingRow = { readonly row: Readonly<Record<string, unknown>> };

export async function readQuarantine(api: ProjectApi, source: SourceName): Promise<readonly WaitingRow[]> {
  const all: WaitingRow[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: { readonly items: readonly WaitingRow[]; readonly next: number | null } = await api.get(
      `sources/${source}/quarantine?state=waiting&limit=1000&after=${after}`,
    );
    all.push(...page.items);
    after = page.next;
  }
  return all;
}

/** Every row where it must be, once: history and quarantine against what was sent and acknowledged (S11, S12). */
export class Audit {
  private readonly bySource = new Map<SourceName, SourceAudit>();

  constructor(
    private readonly ledger: Ledger,
    history: (source: SourceName) => readonly LoggedRow[],
    quarantine: (source: SourceName) => readonly WaitingRow[],
  ) {
    for (const source of SOURCES)
      this.bySource.set(source, new SourceAudit(ledger, history(source), quarantine(source)));
  }

  run(): void {
    for (const push of this.ledger.pushes) this.bySource.get(push.source)!.push(push);
    for (const { source, rows } of this.ledger.loads) this.bySource.get(source)!.delivered(rows, true);
    for (const [source, audit] of this.bySource) audit.finish(source);
  }
}

class SourceAudit {
  private readonly logged = new Map<string, LoggedRow>();
  private readonly waiting = new Map<string, number>();
  /** By the same text the least and the most times that a row must wait in quarantine. */
  private readonly due = new Map<string, { least: number; most: number }>();
  private readonly sent = new Set<string>();

  constructor(
    private readonly ledger: Ledger,
    private readonly history: readonly LoggedRow[],
    quarantine: readonly WaitingRow[],
  ) {
    history.forEach((row, i) => {
      if (row.sequence !== BigInt(i)) ledger.complain(`sequence ${row.sequence} is in place ${i} of history`);
      if (this.logged.has(row.id)) ledger.complain(`row ${row.id} is in history twice`);
      this.logged.set(row.id, row);
    });
    for (const { row } of quarantine) this.count(quarantineText(row));
  }

  push({ rows, receipt, isRefused, source }: PushEntry): void {
    // What is in history of it nevertheless was never sent so.
    if (isRefused) return;
    this.delivered(rows, receipt !== null);
    if (source !== 'plain') return;
    const right = rightRows(rows);
    const places = right.map(({ id }) => this.logged.get(id as string)?.sequence);
    const first = receipt === null ? places[0] : BigInt(receipt.firstSequence ?? -1);
    if (places.some((place, i) => place !== (first === undefined ? undefined : first + BigInt(i))))
      this.ledger.complain(`a push of ${right.length} rows lies in ${places.join(', ')}, begun at ${first}`);
  }

  /** Rows of one delivery that is taken once; acknowledged ones must be there. */
  delivered(rows: readonly SentRow[], isAcknowledged: boolean): void {
    for (const row of rows) {
      if (isWrong(row)) this.expect(quarantineText(row), isAcknowledged, true);
      else this.expectRow(row, isAcknowledged);
    }
  }

  finish(source: SourceName): void {
    for (const { id } of this.history)
      if (!this.sent.has(id)) this.ledger.complain(`row ${id} of ${source} was never sent so`);
    for (const text of new Set([...this.due.keys(), ...this.waiting.keys()])) {
      const { least, most } = this.due.get(text) ?? { least: 0, most: 0 };
      const count = this.waiting.get(text) ?? 0;
      if (count < least || count > most)
        this.ledger.complain(`${text} of ${source} is in quarantine ${count} times, not ${least} to ${most}`);
    }
  }

  private expectRow(row: SentRow, isAcknowledged: boolean): void {
    const id = row['id'] as string;
    const logged = this.logged.get(id);
    if (logged !== undefined && isSame(row, logged)) this.sent.add(id);
    // Another row had the event's name before, in the log or on its way there; or the row is lost. What was refused of a
    // delivery that nobody acknowledged may be kept all the same.
    else this.expect(quarantineText(row), isAcknowledged, false);
  }

  private expect(text: string, isAcknowledged: boolean, isOnce: boolean): void {
    const due = this.due.get(text) ?? { least: 0, most: 0 };
    due.most++;
    if (isAcknowledged) due.least = isOnce ? due.least + 1 : Math.max(due.least, 1);
    this.due.set(text, due);
  }

  private count(text: string): void {
    this.waiting.set(text, (this.waiting.get(text) ?? 0) + 1);
  }
}

/** What tells a refused row from all others. */
function quarantineText(row: Readonly<Record<string, unknown>>): string {
  return row['id'] == null
    ? `wrong row ${row['n']}`
    : `row ${row['id']} of ${row['v']}, which history does not have so,`;
}

function isSame(sent: SentRow, logged: LoggedRow): boolean {
  return (['k', 'at', 'created', 'n', 'v'] as const).every((name) => sent[name] === logged[name]);
}
