import type { FileReader } from '../offline/file-reader.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import type { Jobs } from '../platform/jobs.js';
import { mappedPlan, type RowPlan } from './column-mapping.js';
import type { DataRoots } from './data-roots.js';
import type { InvalidPolicy } from './delivery.js';
import { FileIdentity } from './file-identity.js';
import type { Intake } from './intake.js';
import { columnsThatCanBeWrong, LoadCheck, placeInFile } from './load-check.js';
import { type FileToLoad, filesToLoad } from './load-files.js';
import {
  addTallies,
  DEFAULT_MAX_INVALID,
  type LoadedFile,
  type LoadRequest,
  type LoadResult,
  type LoadTally,
  NO_ROWS,
} from './load-request.js';
import type { OfferedSpan } from './offered-span.js';
import type { Pipelines } from './pipelines.js';
import { openRowFile, type RowFile } from './row-file.js';
import { spanFrom } from './span-rest.js';

/**
 * Of so many spans the last one is waited for until it is visible, the others until they are durable: reading, logging and
 * applying go on beside each other, and what is not applied yet stays bounded.
 */
const VISIBLE_EVERY = 16;

export type LoadParts = {
  readonly pipelines: Pipelines;
  readonly intake: Intake;
  readonly files: FileReader;
  readonly roots: DataRoots;
  readonly jobs: Jobs;
};

/**
 * Batch files, as jobs, read twice: first every refused row is counted, and where there are too many nothing is taken; then
 * the rows are. A load that was cut short goes on behind the last row that was dealt with (S11).
 */
export class Load {
  constructor(private readonly parts: LoadParts) {
    parts.jobs.handle('load', this);
  }

  /**
   * Starts a load. Throws at once what can be seen at once: NOT_FOUND, PATH_NOT_ALLOWED, INVALID_REQUEST, and INVALID_FILE
   * for the first file.
   */
  async start(project: string, source: string, request: LoadRequest): Promise<Job> {
    const plan = this.planOf(project, source, request);
    const [first] = await filesToLoad(this.parts.roots, request);
    await openRowFile(this.parts.files, { ...first!, plan });
    return this.parts.jobs.start(project, 'load', { source, request: JSON.stringify(request) }, { source });
  }

  /** The job itself. */
  async run(context: JobContext): Promise<LoadResult> {
    const { source, request: text } = requireSpec(context.spec, LOAD_SPEC);
    // Our own words: `start` wrote them.
    const request = JSON.parse(text) as LoadRequest;
    const plan = this.planOf(context.project, source, request);
    const opened: OpenedLoad[] = [];
    for (const file of await filesToLoad(this.parts.roots, request)) {
      const identity = await FileIdentity.of(file.path, context.signal);
      opened.push({ file, identity, rows: await openRowFile(this.parts.files, { ...file, plan }) });
    }
    const run: LoadRun = {
      context,
      source,
      invalid: request.invalid ?? 'quarantine',
      maxInvalid: request.maxInvalid ?? DEFAULT_MAX_INVALID,
      again: request.again ?? false,
    };
    const total = await this.check(run, opened);
    const result = await this.takeAll(run, opened, total);
    // The last rows may all have been set aside, and those before them still be on their way.
    await this.parts.pipelines.of(context.project, source).idle();
    return result;
  }

  private planOf(project: string, source: string, request: LoadRequest): RowPlan {
    const { definitions } = this.parts.pipelines.of(project, source);
    return mappedPlan(definitions.source, request.columns ?? {}, request.extra ?? 'refuse');
  }

  /** Reads what can be wrong of every file; gives the number of rows. */
  private async check(run: LoadRun, opened: readonly OpenedLoad[]): Promise<number> {
    const { project, progress, signal } = run.context;
    const { source, featureSets } = this.parts.pipelines.of(project, run.source).definitions;
    const names = columnsThatCanBeWrong(source, featureSets);
    const check = new LoadCheck(run, (offered) => this.parts.intake.examine(project, run.source, offered));
    for (const { identity, rows } of opened) {
      for await (const span of rows.spans(names)) {
        signal.throwIfAborted();
        check.add(span);
        progress(0, check.rowCount);
      }
      await identity.requireUnchanged();
    }
    check.judge();
    return check.rowCount;
  }

  private async takeAll(run: LoadRun, opened: readonly OpenedLoad[], total: number): Promise<LoadResult> {
    const files: LoadedFile[] = [];
    let done = 0;
    for (const each of opened) {
      const tally = await this.takeFile(run, each, (rows) => {
        done += rows;
        run.context.progress(done, total);
      });
      files.push({ path: each.file.path, ...tally, contentHash: each.identity.contentHash });
    }
    const tally = files.reduce<LoadTally>(addTallies, NO_ROWS);
    return { ...tally, files, ...(files.length === 1 && { contentHash: files[0]!.contentHash }) };
  }

  private async takeFile(
    run: LoadRun,
    { identity, rows }: OpenedLoad,
    onRows: (rows: number) => void,
  ): Promise<LoadTally> {
    const { context, source } = run;
    // The same bytes on purpose are another delivery, and still the same one after a restart.
    const contentHash = run.again ? `${identity.contentHash}+${context.jobId}` : identity.contentHash;
    const known = await this.parts.intake.progressOf(context.project, source, contentHash);
    let tally = NO_ROWS;
    let taken = 0;
    for await (const { item: span, isLast } of withLast(rows.spans())) {
      context.signal.throwIfAborted();
      const rest = spanFrom(span, known);
      const skipped = recordsOf(span) - (rest === null ? 0 : recordsOf(rest));
      tally = addTallies(tally, { ...NO_ROWS, skipped });
      if (rest !== null) {
        await identity.requireUnchanged();
        const isSeen = isLast || ++taken % VISIBLE_EVERY === 0;
        tally = addTallies(
          tally,
          await this.take(run, rest, { contentHash, ack: isSeen ? 'visible' : 'logged' }),
        );
      }
      onRows(recordsOf(span));
    }
    return tally;
  }

  private async take(
    { context: { project }, source, invalid }: LoadRun,
    { offered, firstOrdinal, endOrdinal }: OfferedSpan,
    { contentHash, ack }: { readonly contentHash: string; readonly ack: 'logged' | 'visible' },
  ): Promise<LoadTally> {
    const { accepted, quarantined, duplicates, held } = await this.parts.intake.take({
      project,
      source,
      offered,
      delivery: { kind: 'file', contentHash, firstOrdinal, endOrdinal },
      invalid,
      ack,
      place: placeInFile,
    });
    return { rows: accepted, skipped: 0, quarantined, duplicates, held };
  }
}

export const LOAD = Symbol('Load');

const LOAD_SPEC = { source: 'string', request: 'string' } as const;

type OpenedLoad = { readonly file: FileToLoad; readonly identity: FileIdentity; readonly rows: RowFile };

type LoadRun = {
  readonly context: JobContext;
  readonly source: string;
  readonly invalid: InvalidPolicy;
  readonly maxInvalid: number;
  readonly again: boolean;
};

function recordsOf({ offered }: OfferedSpan): number {
  return offered.rows.rowCount + offered.refused.length;
}

/** Items, each made while its forerunner is still worked on, with the last one marked. */
async function* withLast<T>(
  items: AsyncIterable<T>,
): AsyncIterable<{ readonly item: T; readonly isLast: boolean }> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    let current = await iterator.next();
    while (current.done !== true) {
      const next = await iterator.next();
      yield { item: current.value, isLast: next.done === true };
      current = next;
    }
  } finally {
    await iterator.return?.();
  }
}
