import type { TestProject } from 'vitest/node';
import { type PostgresServer, startPostgres } from './postgres.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test services of this project keep their registries. */
    readonly registryServerUrl: string;
  }
}

let server: PostgresServer | null = null;

/** Vitest's: one PostgreSQL for all test files of a project. */
export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres();
  project.provide('registryServerUrl', server.url);
}

export async function teardown(): Promise<void> {
  await server?.close();
}
