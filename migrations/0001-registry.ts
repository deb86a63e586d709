import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Documents, training sets and trained model versions. Documents and records are text, not jsonb: jsonb reorders
 * members, drops the sign of -0.0 and refuses U+0000 in strings; `::jsonb` still queries them.
 */
export class Registry1732147200000 implements MigrationInterface {
  async up(queries: QueryRunner): Promise<void> {
    await queries.query(`
      CREATE TABLE document_version (
        id serial PRIMARY KEY,
        project text NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        revision integer NOT NULL DEFAULT 1,
        fingerprint text NOT NULL,
        document text NOT NULL,
        pins text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (project, kind, name, version)
      )`);
    await queries.query(`
      CREATE TABLE training_set (
        project text NOT NULL,
        id text NOT NULL,
        record text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project, id)
      )`);
    await queries.query(`
      CREATE TABLE model_version (
        project text NOT NULL,
        model text NOT NULL,
        version integer NOT NULL CHECK (version >= 1),
        record text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (project, model, version)
      )`);
  }

  async down(queries: QueryRunner): Promise<void> {
    await queries.query('DROP TABLE model_version');
    await queries.query('DROP TABLE training_set');
    await queries.query('DROP TABLE document_version');
  }
}
