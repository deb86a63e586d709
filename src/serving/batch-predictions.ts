import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { LatestVersions } from '../model/latest-versions.js';
import type { LoadedModel, LoadedModels } from '../model/loaded-models.js';
import { type ModelRows, modelRows, ROWS_AT_ONCE } from '../model/model-rows.js';
import { scoresOf } from '../model/postprocess.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { FrameFiles } from '../offline/frame-files.js';
import type { Retrieval } from '../offline/retrieval.js';
import type { Clock } from '../platform/clock.js';
import type { Job, JobContext } from '../platform/job.js';
import { requireSpec } from '../platform/job-spec.js';
import { jobText, jobValue } from '../platform/job-text.js';
import type { Jobs } from '../platform/jobs.js';
import type { CatalogHolder } from '../registry/catalog.js';
import { addedColumns, type BatchLayout, batchColumns, batchRows } from './batch-columns.js';
import { BatchFile } from './batch-file.js';
import { BatchFrames } from './batch-frames.js';
import { BatchParts } from './batch-parts.js';
import { type BatchRequest, entityRefs, frameOf, pinnedRules } from './batch-request.js';
import { BatchRows, requireOutputColumns } from './batch-rows.js';
import type { BatchSink } from './batch-sink.js';
import type { BatchTask } from './batch-task.js';
import { RowCursor } from './row-cursor.js';
import type { DoorReceipt, RowDoor } from './row-door.js';

/** What a finished batch prediction says of itself. */
export type BatchResult = {
  readonly model: string;
  readonly version: number;
  readonly rows: number;
  /** The feature set whose source took the rows, and what became of them; absent where they are a file. */
  readonly into?: { readonly featureSet: string; readonly version: number } & DoorReceipt;
};

export type BatchPredictionsParts = {
  readonly jobs: Jobs;
  readonly catalogs: CatalogHolder;
  readonly latest: LatestVersions;
  readonly models: LoadedModels;
  readonly retrieval: Retrieval;
  readonly frames: FrameFiles;
  readonly door: RowDoor;
  readonly clock: Clock;
};

/**
 * Predictions for many rows, as jobs of kind `batch-prediction`. What they rest on is fixed when the job is taken, and they are
 * written part by part: a job that begins again goes on behind the last finished part.
 */
export class BatchPredictions {
  private readonly frames: BatchFrames;

  constructor(private readonly parts: BatchPredictionsParts) {
    this.frames = new BatchFrames(parts);
    parts.jobs.handle('batch-prediction', { run: (context) => this.run(context) });
  }

  /**
   * Takes the file of the request's frame away. Throws NOT_FOUND; INVALID_REQUEST for a snapshot that history does not have,
   * for entities that lack what the model takes with each row, and for a feature set that cannot take its outputs; UNAVAILABLE.
   */
  async start(request: BatchRequest): Promise<Job> {
    const { project, model } = request;
    const version = request.version ?? (await this.parts.latest.of(project, model));
    const task = await this.parts.models.with({ project, model, version }, (loaded) =>
      this.taskOf({ ...request, version }, loaded),
    );
    const { file } = request.rows.kind === 'entities' ? { file: null } : request.rows;
    const prepare = async (folder: string): Promise<void> => {
      if (file !== null) await rename(file.path, join(folder, frameOf(file).path));
    };
    // Rows are taken by the owner of their source, so it is the one that makes them.
    const source = task.output.kind === 'rows' ? this.setOf(project, task.output).source.name : null;
    const spec = { task: jobText(task) };
    const options = { prepare, ...(source !== null && { source }) };
    return this.parts.jobs.start(project, 'batch-prediction', spec, options);
  }

  private async taskOf(request: BatchRequest & { version: number }, loaded: LoadedModel): Promise<BatchTask> {
    const { project, model, version, rows, columns, vector, output } = request;
    const definition = this.definitionOf(project, loaded);
    const rules = pinnedRules(request, loaded.manifest);
    if (output.kind === 'rows')
      requireOutputColumns(this.setOf(project, output), givenColumns(loaded, vector));
    const pin = { project, service: definition.servedBy, frame: NO_FRAME, knowledge: rules.knowledge };
    const snapshot = request.snapshot === undefined ? {} : { snapshot: request.snapshot };
    const pins = rows.kind === 'features' ? null : await this.parts.retrieval.pin({ ...pin, ...snapshot });
    const task = { model, version, ...rules, pins, columns, vector, output };
    if (rows.kind !== 'entities') return { ...task, frame: { kind: rows.kind, file: frameOf(rows.file) } };
    const entities = entityRefs(this.parts.catalogs.current(), { project, definition, asked: rows });
    const framePins = await this.parts.retrieval.pin({ ...pin, service: entities.service });
    return { ...task, frame: { ...entities.frame, pins: { ...framePins, nowUs: pins!.nowUs } } };
  }

  private async run(context: JobContext): Promise<BatchResult> {
    const task = jobValue(requireSpec(context.spec, { task: 'string' }).task) as BatchTask;
    const { model, version, output } = task;
    const parts = await BatchParts.open(context.folder);
    const sink = this.sinkOf(task, parts, context);
    await this.parts.models.with({ project: context.project, model, version }, async (loaded) => {
      if (!parts.isComplete) await this.score({ task, loaded, parts, sink }, context);
      await sink.finish(context);
    });
    await this.frames.remove(task, context);
    context.progress(parts.rows, parts.rows);
    const result = { model, version, rows: parts.rows };
    if (output.kind === 'file') return result;
    const { featureSet, version: ofSet } = output;
    return { ...result, into: { featureSet, version: ofSet, ...parts.receipt } };
  }

  private async score({ task, loaded, parts, sink }: Scoring, context: JobContext): Promise<void> {
    const definition = this.definitionOf(context.project, loaded);
    const target = task.output.kind === 'rows' ? this.setOf(context.project, task.output) : null;
    const layout = layoutOf(task, { loaded, definition, target });
    const opened = await this.frames.open({ task, definition, target, manifest: loaded.manifest }, context);
    const rows = modelRows(loaded, opened.rows, { query: task, rowsAtOnce: rowsAtOnce(task, loaded) });
    const cursor = new RowCursor(rows);
    try {
      await cursor.skip(parts.rows);
      for (let next = await cursor.peek(); isDue(next, parts); next = await cursor.peek()) {
        const columns = batchColumns(next.frame, layout);
        const scored = scoredRows(cursor.take(await sink.begin()), {
          loaded,
          columns,
          signal: context.signal,
        });
        const done = parts.rows;
        let count = 0;
        const receipt = await sink.write(
          columns,
          counted(scored, (seen) => {
            count = seen;
            context.progress(done + seen, opened.total);
          }),
        );
        await parts.add({ rows: count, columns, receipt });
        context.signal.throwIfAborted();
      }
    } finally {
      await cursor.close();
      await opened.close();
    }
  }

  private sinkOf({ output, time }: BatchTask, parts: BatchParts, context: JobContext): BatchSink {
    const { frames, door, clock } = this.parts;
    if (output.kind === 'file') return new BatchFile(frames, output.format, parts);
    const set = this.setOf(context.project, output);
    return new BatchRows({ door, parts, set, time, nowUs: () => clock.nowUs(), context });
  }

  private definitionOf(project: string, { manifest }: LoadedModel): CompiledModel {
    const { name, version } = manifest.record.definition;
    return this.parts.catalogs.current().model(project, name, version);
  }

  private setOf(
    project: string,
    { featureSet, version }: { featureSet: string; version: number },
  ): SourceFeatureSet {
    const set = this.parts.catalogs.current().featureSet(project, featureSet, version);
    if (set.kind !== 'chained') return set;
    const message = `feature set "${featureSet}" is computed from others and takes no rows; name one that has a source`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: 'into' });
  }
}

/** A pin looks at services and snapshots alone. */
const NO_FRAME = { kind: 'file', path: '', format: 'arrow' } as const;

type Scoring = {
  readonly task: BatchTask;
  readonly loaded: LoadedModel;
  readonly parts: BatchParts;
  readonly sink: BatchSink;
};

/** What a model gives beside the columns of a frame, with the lengths of arrays. */
function givenColumns({ scorer, manifest }: LoadedModel, vector: boolean) {
  const classes = scoresOf(manifest.postprocess);
  return addedColumns({ outputs: scorer.outputs, vector }).map((column) => ({
    ...column,
    elements: scorer.outputs.includes(column) ? classes : scorer.transform.width,
  }));
}

type Layout = {
  readonly loaded: LoadedModel;
  readonly definition: CompiledModel;
  /** Where predictions go as rows, else null. */
  readonly target: SourceFeatureSet | null;
};

function layoutOf(task: BatchTask, { loaded, definition, target }: Layout): BatchLayout {
  const { columns: kept, version, vector } = task;
  const keys = definition.servedBy.keyColumns.map(({ name }) => name);
  const ofTarget = target === null ? [] : target.keyColumns;
  return {
    kept,
    keyNames: [...new Set([...keys, ...ofTarget, task.time])],
    outputs: loaded.scorer.outputs,
    version,
    vector,
  };
}

/** Numbers of vectors that go out at once: as lists of an engine's each costs some 100 ns between two turns of the event loop. */
const MAX_NUMBERS = 64 * 1024;

function rowsAtOnce({ vector }: BatchTask, loaded: LoadedModel): number {
  if (!vector) return ROWS_AT_ONCE;
  return Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(MAX_NUMBERS / loaded.scorer.transform.width)));
}

/** Whether a part begins here: a frame without rows has one, so that its columns are known. */
function isDue(next: ModelRows | null, parts: BatchParts): next is ModelRows {
  return next !== null && (next.frame.rowCount > 0 || parts.count === 0);
}

type PartScoring = {
  readonly loaded: LoadedModel;
  readonly columns: readonly TypedColumn[];
  readonly signal: AbortSignal;
};

async function* scoredRows(
  rows: AsyncIterable<ModelRows>,
  { loaded, columns, signal }: PartScoring,
): AsyncIterable<ColumnBatch> {
  for await (const { frame, inputs, asOf } of rows) {
    signal.throwIfAborted();
    const scored = await loaded.scorer.score(inputs, asOf);
    yield batchRows(columns, { frame, ...scored }, loaded.manifest.version);
  }
}

async function* counted(
  rows: AsyncIterable<ColumnBatch>,
  hear: (count: number) => void,
): AsyncIterable<ColumnBatch> {
  let count = 0;
  for await (const batch of rows) {
    count += batch.rowCount;
    hear(count);
    yield batch;
  }
}
