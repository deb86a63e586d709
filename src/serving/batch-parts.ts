import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TypedColumn } from '../offline/file-reader.js';

/** What is written of a batch prediction. */
type Ledger = {
  /** Columns of the output; empty before the first part. */
  readonly columns: readonly TypedColumn[];
  /** Rows of each finished part, in order. */
  readonly parts: readonly number[];
  /** The created time of a part that was begun, decimal microseconds: a part that is done again has the same one. */
  readonly createdUs: string | null;
  /** The result file is whole, and the parts are not needed any more. */
  readonly complete: boolean;
};

const NOTHING: Ledger = { columns: [], parts: [], createdUs: null, complete: false };

const LEDGER_FILE = 'parts.json';

/**
 * The manifest of finished parts in a job's folder. A part is in it or is not; what lies beside it of a part that is not was cut
 * short, and is written again. So no row is twice in the output, however often the job begins again (S11).
 */
export class BatchParts {
  private constructor(
    private readonly folder: string,
    private ledger: Ledger,
  ) {}

  static async open(folder: string): Promise<BatchParts> {
    const text = await readFile(join(folder, LEDGER_FILE), 'utf8').catch(() => null);
    return new BatchParts(folder, text === null ? NOTHING : (JSON.parse(text) as Ledger));
  }

  get columns(): readonly TypedColumn[] {
    return this.ledger.columns;
  }

  get count(): number {
    return this.ledger.parts.length;
  }

  /** Rows in finished parts. */
  get rows(): number {
    return this.ledger.parts.reduce((sum, rows) => sum + rows, 0);
  }

  get isComplete(): boolean {
    return this.ledger.complete;
  }

  /** The file of a part. */
  pathOf(part: number): string {
    return join(this.folder, `part-${String(part).padStart(6, '0')}.arrow`);
  }

  /** The created time of the next part, microseconds: `nowUs` unless an earlier attempt began it. */
  async begin(nowUs: bigint): Promise<bigint> {
    if (this.ledger.createdUs !== null) return BigInt(this.ledger.createdUs);
    await this.save({ ...this.ledger, createdUs: String(nowUs) });
    return nowUs;
  }

  /** Notes that the next part is finished; durable when it resolves. */
  async add(rows: number, columns: readonly TypedColumn[]): Promise<void> {
    await this.save({ ...this.ledger, columns, parts: [...this.ledger.parts, rows], createdUs: null });
  }

  /** Notes that the result is whole, and removes the parts. */
  async complete(): Promise<void> {
    await this.save({ ...this.ledger, complete: true });
    for (let part = 0; part < this.count; part++) await rm(this.pathOf(part), { force: true });
  }

  private async save(ledger: Ledger): Promise<void> {
    const path = join(this.folder, LEDGER_FILE);
    const file = await open(`${path}.tmp`, 'w');
    try {
      await file.writeFile(JSON.stringify(ledger));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    this.ledger = ledger;
  }
}

/** Moves a file that was written to its name, durably: it appears there whole or not at all. */
export async function appear(written: string, path: string): Promise<void> {
  const file = await open(written, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(written, path);
}
