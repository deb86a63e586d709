import type { DataSource } from 'typeorm';
import type { Role } from '../platform/process-settings.js';
import { ServiceProcessRow, SourceLeaseRow } from './tables.js';

/** A process of the service, as the others know it. */
export type ServiceProcess = {
  /** The same for every process on one data folder, which hold it one after the other. */
  readonly id: string;
  /** Where the others reach it: `http://host:port`. */
  readonly address: string;
  readonly role: Role;
};

/** Who owns a source. */
export type SourceLease = {
  readonly project: string;
  readonly source: string;
  /** Of the process. */
  readonly owner: string;
  /** Grows with each change of the owner. */
  readonly term: number;
  /** Null where the owner has not said lately that it lives. */
  readonly address: string | null;
};

/**
 * Leases of sources in the registry database, so that nobody takes a log from a living owner by mistake (ADR 13). The clock
 * of the database decides, in one statement each, so the clocks of processes may differ.
 */
export class Leases {
  constructor(
    private readonly database: DataSource,
    /** For how long a process that says nothing still owns what it owns, milliseconds. */
    private readonly lastsMs: number,
  ) {}

  /** Says that a process begins; it serves nothing yet. */
  async join({ id, address, role }: ServiceProcess): Promise<void> {
    await this.database.query(
      `INSERT INTO service_process (id, address, role, serves, expires_at)
       VALUES ($1, $2, $3, NULL, ${inAWhile('$4')})
       ON CONFLICT (id) DO UPDATE
       SET address = excluded.address, role = excluded.role, serves = NULL, expires_at = excluded.expires_at`,
      [id, address, role, this.lastsMs],
    );
  }

  /** Says that a process lives, and renews every lease that it has. */
  async renew(id: string): Promise<void> {
    await this.database.query(
      `WITH alive AS (UPDATE service_process SET expires_at = ${inAWhile('$2')} WHERE id = $1)
       UPDATE source_lease SET expires_at = ${inAWhile('$2')} WHERE owner = $1 AND expires_at > '-infinity'`,
      [id, this.lastsMs],
    );
  }

  /** Every lease that was not given back, those of this owner among them. */
  async all(): Promise<readonly SourceLease[]> {
    return this.database.query(
      `SELECT project, source, owner, term, process.address
       FROM source_lease AS lease
       LEFT JOIN service_process AS process
         ON process.id = lease.owner AND process.expires_at > now() AND lease.expires_at > now()
       WHERE lease.expires_at > '-infinity'`,
    );
  }

  /** Living processes. */
  async processes(): Promise<readonly ServiceProcess[]> {
    return this.database.query(
      'SELECT id, address, role FROM service_process WHERE expires_at > now() ORDER BY id',
    );
  }

  /** Takes a source that has no living owner, or that an earlier process of the same id had; null where it has one. */
  async take(owner: string, { project, source }: SourceName): Promise<number | null> {
    const rows: readonly { readonly term: number }[] = await this.database.query(
      `INSERT INTO source_lease AS lease (project, source, owner, term, expires_at)
       VALUES ($1, $2, $3, 1, ${inAWhile('$4')})
       ON CONFLICT (project, source) DO UPDATE
       SET owner = excluded.owner, term = lease.term + 1, expires_at = excluded.expires_at
       WHERE lease.owner = excluded.owner OR lease.expires_at <= now()
       RETURNING term`,
      [project, source, owner, this.lastsMs],
    );
    return rows[0]?.term ?? null;
  }

  /** Gives a source of a term back: from now on anybody may take it. */
  async giveBack(
    owner: string,
    { project, source, term }: Pick<SourceLease, 'project' | 'source' | 'term'>,
  ): Promise<void> {
    const own = { project, source, owner, term };
    await this.database.getRepository(SourceLeaseRow).update(own, { expiresAt: () => GIVEN_BACK });
  }

  /** Ends a process, and gives back what it has. */
  async leave(id: string): Promise<void> {
    await this.database.getRepository(SourceLeaseRow).update({ owner: id }, { expiresAt: () => GIVEN_BACK });
    await this.database.getRepository(ServiceProcessRow).delete({ id });
  }

  /** Notes up to which change of the registry a process serves. */
  async serves(id: string, place: number): Promise<void> {
    await this.database.getRepository(ServiceProcessRow).update({ id }, { serves: place });
  }

  /** Whether some living process but this one does not serve a change yet. */
  async someLack(id: string, place: number): Promise<boolean> {
    const rows: readonly unknown[] = await this.database.query(
      'SELECT 1 FROM service_process WHERE id <> $1 AND serves < $2 AND expires_at > now() LIMIT 1',
      [id, place],
    );
    return rows.length > 0;
  }
}

export type SourceName = Pick<SourceLease, 'project' | 'source'>;

const GIVEN_BACK = "'-infinity'";

function inAWhile(parameter: string): string {
  return `now() + ${parameter} * interval '1 millisecond'`;
}
