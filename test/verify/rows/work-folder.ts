import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type RunningService, type ServiceOptions, startService } from '../../../demo/service.js';
import type { Workshop } from './doors.js';

/** Runs work with a folder whose files the service may load, and with a DuckDB of its own; both are gone afterwards. */
export async function withWorkshop<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-rows-'));
  const duckdb = await DuckDBInstance.create(':memory:', { memory_limit: '256MB', threads: '2' });
  try {
    return await work({ folder, duckdb });
  } finally {
    duckdb.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts the built service over the data of a workshop; again with the same data when it was started before. */
export function startIn(
  workshop: Workshop,
  options: Pick<ServiceOptions, 'clock' | 'kill'> = {},
): Promise<RunningService> {
  return startService({ dataDir: dataDirOf(workshop), dataRoots: [workshop.folder], ...options });
}

/** Where the service of a workshop keeps its data. */
export function dataDirOf({ folder }: Workshop): string {
  return join(folder, 'data');
}
