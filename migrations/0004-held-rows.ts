import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows that wait until they are due, where processes share a registry: their source may have another owner by then. */
export class HeldRows1732406400000 implements MigrationInterface {
  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      CREATE TABLE held_row (
        project text NOT NULL,
        source text NOT NULL,
        id text NOT NULL,
        door text NOT NULL,
        rows bytea NOT NULL,
        PRIMARY KEY (project, source, id)
      )`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('DROP TABLE held_row');
  }
}
