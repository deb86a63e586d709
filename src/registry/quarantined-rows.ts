import type { DataSource } from 'typeorm';
import { QuarantinedRow } from './tables.js';

/** Rows of one INSERT: bounded, so that a statement stays within what the database takes. */
const INSERTED_AT_ONCE = 500;

/** Rows of one delivery that were refused. */
export type QuarantinedDelivery = {
  readonly project: string;
  readonly source: string;
  readonly delivery: string;
  readonly rows: readonly {
    readonly ordinal: number;
    readonly row: unknown;
    readonly problems: readonly object[];
  }[];
};

/** Refused rows in the registry database. */
export class QuarantinedRows {
  constructor(private readonly database: DataSource) {}

  /** Keeps rows durably; rows of the same delivery and ordinal are there once (S11). */
  async add({ project, source, delivery, rows }: QuarantinedDelivery): Promise<void> {
    for (let start = 0; start < rows.length; start += INSERTED_AT_ONCE) {
      const part = rows.slice(start, start + INSERTED_AT_ONCE).map(({ ordinal, row, problems }) => ({
        project,
        source,
        delivery,
        ordinal: String(ordinal),
        row,
        problems,
      }));
      await this.database
        .createQueryBuilder()
        .insert()
        .into(QuarantinedRow)
        .values(part as never)
        .orIgnore()
        .execute();
    }
  }
}
