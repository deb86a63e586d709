import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type ColumnBatch, concatBatches, sliceRows } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { FileFormat, FileReader, OpenedFile } from '../offline/file-reader.js';
import type { Clock } from '../platform/clock.js';
import type { Job, Jobs, ReportProgress } from '../platform/jobs.js';
import type { DataRoots } from './data-roots.js';
import type { SourceLog } from './log.js';
import type { Pipelines } from './pipelines.js';
import { type DoorRules, requireRows } from './row-rules.js';

/** Rows of a file that are logged together: large enough to write fast, small enough to keep memory flat. */
const LOAD_BATCH_ROWS = 16_384;

export type LoadRequest = { readonly path: string; readonly format?: FileFormat };

/** What a finished load tells. */
export type LoadResult = { readonly rows: number; readonly skipped: number; readonly contentHash: string };

export type LoadParts = {
  readonly pipelines: Pipelines;
  readonly log: SourceLog;
  readonly files: FileReader;
  readonly roots: DataRoots;
  readonly jobs: Jobs;
  readonly clock: Clock;
  /** How far ahead of the clock an event may be, microseconds (S14). */
  readonly maxSkewUs: bigint;
};

/** Batch files, as jobs. A file is checked from beginning to end before its first row is taken: all of it or nothing. */
export class Load {
  constructor(private readonly parts: LoadParts) {}

  /** Starts a load. Throws at once what can be seen at once: NOT_FOUND, PATH_NOT_ALLOWED, INVALID_FILE. */
  async start(project: string, sourceName: string, request: LoadRequest): Promise<Job> {
    const { source, featureSets } = this.parts.pipelines.of(project, sourceName).definitions;
    const path = await this.parts.roots.resolve(request.path);
    const file = await this.parts.files.open(
      path,
      request.format ?? formatOf(path),
      source.columns,
      'refuse',
    );
    const rules = {
      source,
      featureSets,
      latestEventUs: this.parts.clock.nowUs() + this.parts.maxSkewUs,
    };
    return this.parts.jobs.start(project, 'load', (progress, signal) =>
      this.load({ project, path, file, rules, progress, signal }),
    );
  }

  private async load(run: LoadRun): Promise<LoadResult> {
    const { project, rules, progress } = run;
    const sourceName = rules.source.name;
    const [total, contentHash] = [await check(run), await hashOf(run.path)];
    const known = await this.parts.log.rowsOfFile(`${project}/${sourceName}`, contentHash);
    let ordinal = 0;
    for await (const batch of grouped(run.file.batches())) {
      run.signal.throwIfAborted();
      const skip = Math.min(batch.rowCount, Math.max(0, known - ordinal));
      if (skip < batch.rowCount) {
        const rows = skip === 0 ? batch : sliceRows(batch, skip, batch.rowCount);
        const door = { kind: 'file', contentHash, firstOrdinal: ordinal + skip } as const;
        await this.parts.pipelines
          .of(project, sourceName)
          .accept({ rows, arrivalUs: this.parts.clock.nowUs(), door });
      }
      ordinal += batch.rowCount;
      progress(ordinal, total);
    }
    return { rows: ordinal - known, skipped: known, contentHash };
  }
}

export const LOAD = Symbol('Load');

type LoadRun = {
  readonly project: string;
  readonly path: string;
  readonly file: OpenedFile;
  readonly rules: Omit<DoorRules, 'rowPath'>;
  readonly progress: ReportProgress;
  readonly signal: AbortSignal;
};

function formatOf(path: string): FileFormat {
  if (path.endsWith('.parquet')) return 'parquet';
  if (path.endsWith('.csv')) return 'csv';
  throw new PlumblineError(
    'INVALID_FILE',
    `the name of "${path}" tells no format; say "format": "parquet" or "csv"`,
    { path: '/path' },
  );
}

/** Reads the whole file against the rules of the door; returns its number of rows. */
async function check({ file, rules, progress, signal }: LoadRun): Promise<number> {
  let rows = 0;
  for await (const batch of file.batches()) {
    signal.throwIfAborted();
    const first = rows + 1;
    requireRows(batch, { ...rules, rowPath: (row) => `/${first + row}` });
    rows += batch.rowCount;
    progress(0, rows);
  }
  return rows;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Small batches as larger ones, rows in the same order. */
async function* grouped(batches: AsyncIterable<ColumnBatch>): AsyncIterable<ColumnBatch> {
  let group: ColumnBatch[] = [];
  let rows = 0;
  for await (const batch of batches) {
    group.push(batch);
    rows += batch.rowCount;
    if (rows < LOAD_BATCH_ROWS) continue;
    yield concatBatches(group);
    [group, rows] = [[], 0];
  }
  if (rows > 0) yield concatBatches(group);
}
