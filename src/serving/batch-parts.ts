import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TypedColumn } from '../offline/file-reader.js';
import { readIfThere } from '../platform/optional-file.js';
import type { DoorReceipt } from './row-door.js';

/** A part that was begun. */
type BegunPart = {
  /** The created time of its rows, microseconds. */
  readonly createdUs: bigint;
  /** Its rows, where the frame has as many. */
  readonly rows: number;
};

/** A part that is finished. */
type FinishedPart = {
  readonly rows: number;
  readonly columns: readonly TypedColumn[];
  /** What became of rows that went through a door; null where they are a file. */
  readonly receipt: DoorReceipt | null;
};

/** What is written of a batch prediction. */
type Ledger = {
  /** Columns of the output; empty before the first part. */
  readonly columns: readonly TypedColumn[];
  /** Rows of each finished part, in order. */
  readonly parts: readonly number[];
  /** The created time of a part that was begun, decimal microseconds: a part that is done again has the same one. */
  readonly createdUs: string | null;
  /** Rows of that part, as it was begun: done again it has as many, whatever parts are by then. */
  readonly begunRows?: number;
  /** Of all finished parts together. */
  readonly receipt?: DoorReceipt;
  /** The result file is whole, and the parts are not needed any more. */
  readonly complete: boolean;
};

const NOTHING: Ledger = { columns: [], parts: [], createdUs: null, complete: false };
const NO_ROWS: DoorReceipt = { accepted: 0, quarantined: 0, held: 0 };

const LEDGER_FILE = 'parts.json';

/** How a file is named while it is written. */
const UNFINISHED = '.tmp';

/**
 * The manifest of finished parts in a job's folder. A part is in it or is not; what lies beside it of a part that is not was cut
 * short, and is written again. So no row is twice in the output, however often the job begins again (S11).
 */
export class BatchParts {
  private constructor(
    private readonly folder: string,
    private ledger: Ledger,
  ) {}

  /** Opens the manifest, and removes what an earlier attempt left unfinished. Throws where the manifest cannot be read. */
  static async open(folder: string): Promise<BatchParts> {
    const text = await readIfThere(join(folder, LEDGER_FILE));
    const unfinished = (await readdir(folder)).filter((name) => name.includes(UNFINISHED));
    for (const name of unfinished) await rm(join(folder, name), { recursive: true, force: true });
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

  /** What became of the rows of finished parts at the door. */
  get receipt(): DoorReceipt {
    return this.ledger.receipt ?? NO_ROWS;
  }

  get isComplete(): boolean {
    return this.ledger.complete;
  }

  /** The file of a part. */
  pathOf(part: number): string {
    return join(this.folder, `part-${String(part).padStart(6, '0')}.arrow`);
  }

  /** Begins the next part as an earlier attempt has begun it, else as `part` says; durable when it resolves. */
  async begin(part: BegunPart): Promise<BegunPart> {
    const { createdUs, begunRows } = this.ledger;
    if (createdUs !== null) return { createdUs: BigInt(createdUs), rows: begunRows ?? part.rows };
    await this.save({ ...this.ledger, createdUs: String(part.createdUs), begunRows: part.rows });
    return part;
  }

  /** Notes that the next part is finished; durable when it resolves. */
  async add({ rows, columns, receipt }: FinishedPart): Promise<void> {
    const { begunRows: _, ...ledger } = this.ledger;
    await this.save({
      ...ledger,
      columns,
      parts: [...ledger.parts, rows],
      createdUs: null,
      ...(receipt !== null && { receipt: sumOf(this.receipt, receipt) }),
    });
  }

  /** Notes that the result is whole, and removes the parts. */
  async complete(): Promise<void> {
    await this.save({ ...this.ledger, complete: true });
    for (let part = 0; part < this.count; part++) await rm(this.pathOf(part), { force: true });
  }

  private async save(ledger: Ledger): Promise<void> {
    await writeWhole(join(this.folder, LEDGER_FILE), async (path) => {
      const file = await open(path, 'w');
      try {
        await file.writeFile(JSON.stringify(ledger));
      } finally {
        await file.close();
      }
    });
    this.ledger = ledger;
  }
}

/**
 * Makes a file by `write`, which is given another path to write to: it appears under its name whole, or not at all, and is
 * durable when this resolves. Throws what `write` throws, and then leaves nothing.
 */
export async function writeWhole(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}${UNFINISHED}`;
  try {
    await write(unfinished);
    await synced(unfinished, 'r+');
    await rename(unfinished, path);
    await synced(dirname(path), 'r');
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function synced(path: string, flags: 'r' | 'r+'): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function sumOf(a: DoorReceipt, b: DoorReceipt): DoorReceipt {
  return {
    accepted: a.accepted + b.accepted,
    quarantined: a.quarantined + b.quarantined,
    held: a.held + b.held,
  };
}
