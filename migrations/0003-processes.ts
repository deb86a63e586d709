import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Processes that share a registry: which there are, who owns which source, and what was changed when. Times are the
 * database's. Leases are not removed, so the terms of a source only grow.
 */
export class Processes1732320000000 implements MigrationInterface {
  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      CREATE TABLE service_process (
        id text PRIMARY KEY,
        address text NOT NULL,
        role text NOT NULL,
        serves integer,
        expires_at timestamptz NOT NULL
      )`);
    await queries.query(`
      CREATE TABLE source_lease (
        project text NOT NULL,
        source text NOT NULL,
        owner text NOT NULL,
        term integer NOT NULL CHECK (term >= 1),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (project, source)
      )`);
    await queries.query(`
      CREATE TABLE catalog_change (
        project text PRIMARY KEY,
        place integer NOT NULL
      )`);
    await queries.query('ALTER TABLE job ADD COLUMN source text');
    await queries.query('CREATE SEQUENCE catalog_place AS integer');
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('DROP SEQUENCE catalog_place');
    await queries.query('ALTER TABLE job DROP COLUMN source');
    await queries.query('DROP TABLE catalog_change');
    await queries.query('DROP TABLE source_lease');
    await queries.query('DROP TABLE service_process');
  }
}
