import type { DataSource } from 'typeorm';
import { PlumblineError } from '../definition/error.js';

/** Rows of one statement: bounded, so that it stays within what the database takes. */
const AT_ONCE = 1_000;

/** A row that waits until it is due, as its source's owner keeps it. */
export type KeptHeldRow = {
  /** Begins with when it is due; the same row of the same delivery has the same. */
  readonly id: string;
  /** The kind of the door by which it came. */
  readonly door: string;
  readonly rows: Uint8Array;
};

/** A source, and the term in which a process owns it. */
export type HeldOwner = {
  readonly project: string;
  readonly source: string;
  /** Of the process. */
  readonly owner: string;
  readonly term: number;
};

type Scope = Pick<HeldOwner, 'project' | 'source'>;

/** Held rows in the registry database, for whoever owns their source when they are due. */
export class HeldRows {
  constructor(private readonly database: DataSource) {}

  /**
   * Keeps rows durably, each once. Throws UNAVAILABLE where the source has another owner, or none: a new owner has read
   * what is kept, and would never see them.
   */
  async add({ project, source, owner, term }: HeldOwner, rows: readonly KeptHeldRow[]): Promise<void> {
    await this.database.transaction(async (transaction) => {
      // Until the end of this nobody else can take the lease.
      const leases: readonly unknown[] = await transaction.query(
        `SELECT 1 FROM source_lease
         WHERE project = $1 AND source = $2 AND owner = $3 AND term = $4 AND expires_at > '-infinity' FOR SHARE`,
        [project, source, owner, term],
      );
      if (leases.length === 0) throw notOwned(project, source);
      for (let start = 0; start < rows.length; start += AT_ONCE) {
        const part = rows.slice(start, start + AT_ONCE);
        await transaction.query(
          `INSERT INTO held_row (project, source, id, door, rows)
           SELECT $1, $2, told.id, told.door, decode(told.rows, 'base64')
           FROM unnest($3::text[], $4::text[], $5::text[]) AS told (id, door, rows)
           ON CONFLICT DO NOTHING`,
          [
            project,
            source,
            part.map(({ id }) => id),
            part.map(({ door }) => door),
            part.map((row) => Buffer.from(row.rows).toString('base64')),
          ],
        );
      }
    });
  }

  /** In the order in which they are due. */
  async all({ project, source }: Scope): Promise<readonly KeptHeldRow[]> {
    return this.database.query(
      'SELECT id, door, rows FROM held_row WHERE project = $1 AND source = $2 ORDER BY id',
      [project, source],
    );
  }

  async ids({ project, source }: Scope): Promise<readonly string[]> {
    const rows: readonly { readonly id: string }[] = await this.database.query(
      'SELECT id FROM held_row WHERE project = $1 AND source = $2',
      [project, source],
    );
    return rows.map(({ id }) => id);
  }

  async remove({ project, source }: Scope, ids: readonly string[]): Promise<void> {
    for (let start = 0; start < ids.length; start += AT_ONCE)
      await this.database.query(
        'DELETE FROM held_row WHERE project = $1 AND source = $2 AND id = ANY($3::text[])',
        [project, source, ids.slice(start, start + AT_ONCE)],
      );
  }
}

function notOwned(project: string, source: string): PlumblineError {
  const message = `source "${project}/${source}" is not owned by this process any more; try again`;
  return new PlumblineError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
