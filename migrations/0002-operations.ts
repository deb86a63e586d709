import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States and activations of versions, the queue of jobs, and the quarantine. */
export class Operations1732233600000 implements MigrationInterface {
  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      ALTER TABLE document_version
        ADD COLUMN state text NOT NULL DEFAULT 'active',
        ADD COLUMN state_details text NOT NULL DEFAULT '{}'`);
    await queries.query(`
      CREATE TABLE last_version (
        project text NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        PRIMARY KEY (project, kind, name)
      )`);
    await queries.query(`
      CREATE TABLE activation (
        set_id integer PRIMARY KEY REFERENCES document_version (id) ON DELETE CASCADE,
        sequence text NOT NULL,
        visible_us text NOT NULL
      )`);
    await queries.query(`
      CREATE TABLE job (
        id text PRIMARY KEY,
        place serial NOT NULL,
        project text NOT NULL,
        kind text NOT NULL,
        spec text NOT NULL,
        state text NOT NULL,
        attempt integer NOT NULL DEFAULT 1,
        crashes integer NOT NULL DEFAULT 0,
        done text NOT NULL DEFAULT '0',
        total text NOT NULL DEFAULT '0',
        result text,
        error text,
        cancel_requested boolean NOT NULL DEFAULT false,
        worker text,
        heartbeat_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz
      )`);
    await queries.query(`CREATE INDEX job_of_project ON job (project, place)`);
    await queries.query(`CREATE INDEX job_pending ON job (place) WHERE state IN ('queued', 'running')`);
    await queries.query(`CREATE UNIQUE INDEX job_lane ON job (project, kind) WHERE state = 'running'`);
    await queries.query(`
      CREATE TABLE quarantined_row (
        id serial PRIMARY KEY,
        project text NOT NULL,
        source text NOT NULL,
        delivery text NOT NULL,
        ordinal text NOT NULL,
        row text NOT NULL,
        problems text NOT NULL,
        state text NOT NULL DEFAULT 'waiting',
        sequence text,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project, source, delivery, ordinal)
      )`);
    await queries.query(`CREATE INDEX quarantined_of_source ON quarantined_row (project, source, state, id)`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('DROP TABLE quarantined_row');
    await queries.query('DROP TABLE job');
    await queries.query('DROP TABLE activation');
    await queries.query('DROP TABLE last_version');
    await queries.query('ALTER TABLE document_version DROP COLUMN state, DROP COLUMN state_details');
  }
}
