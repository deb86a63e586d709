import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ColumnBatch } from '../definition/column-batch.js';
import { sliceRows } from '../definition/column-batch.js';
import type { FileReader } from '../offline/file-reader.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import type { DataRoots } from './data-roots.js';
import type { Intake } from './intake.js';
import type { Pipelines } from './pipelines.js';

export type LoadRequest = { readonly path: string; readonly format?: string };

/** What a finished load tells. */
export type LoadResult = { readonly rows: number; readonly skipped: number; readonly contentHash: string };

export type LoadParts = {
  readonly pipelines: Pipelines;
  readonly intake: Intake;
  readonly files: FileReader;
  readonly roots: DataRoots;
  readonly jobs: Jobs;
};

/** Batch files, as jobs. */
export class Load {
  constructor(private readonly parts: LoadParts) {
    parts.jobs.handle('load', this);
  }

  /** Starts a load. Throws at once what can be seen at once: NOT_FOUND, PATH_NOT_ALLOWED, INVALID_FILE. */
  async start(project: string, source: string, request: LoadRequest): Promise<Job> {
    this.parts.pipelines.of(project, source);
    const path = await this.parts.roots.resolve(request.path);
    return this.parts.jobs.start(project, 'load', { source, path });
  }

  /** The job itself: what is there already, of an earlier attempt too, is skipped. */
  async run({ project, spec, progress, signal }: JobContext): Promise<LoadResult> {
    const { source, path } = requireSpec(spec, { source: 'string', path: 'string' });
    const { definitions } = this.parts.pipelines.of(project, source);
    const columns = definitions.source.columns.map((column) => ({ ...column, from: [column.name] }));
    const file = await this.parts.files.open(path, columns, 'refuse');
    const contentHash = await hashOf(path);
    const known = await this.parts.intake.progressOf(project, source, contentHash);
    let ordinal = 0;
    for await (const batch of file.batches()) {
      signal.throwIfAborted();
      const skip = Math.min(batch.rowCount, Math.max(0, known - ordinal));
      const rows = skip === 0 ? batch : sliceRows(batch, skip, batch.rowCount);
      if (rows.rowCount > 0) await this.take({ project, source, contentHash }, rows, ordinal + skip);
      ordinal += batch.rowCount;
      progress(ordinal, file.rowCount);
    }
    return { rows: ordinal - known, skipped: known, contentHash };
  }

  private async take(
    { project, source, contentHash }: { project: string; source: string; contentHash: string },
    rows: ColumnBatch,
    firstOrdinal: number,
  ): Promise<void> {
    const ordinals = Array.from({ length: rows.rowCount }, (_, i) => firstOrdinal + i);
    await this.parts.intake.take({
      project,
      source,
      offered: { rows, ordinals, refused: [] },
      delivery: { kind: 'file', contentHash, firstOrdinal, endOrdinal: firstOrdinal + rows.rowCount },
      invalid: 'refuse',
      ack: 'visible',
      place: (ordinal) => `/${ordinal + 1}`,
    });
  }
}

export const LOAD = Symbol('Load');

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
