import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { CompiledModel } from '../compile/model.js';
import { type ColumnBatch, emptyBatch } from '../definition/column-batch.js';
import type { ModelManifest } from '../model/manifest.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { FrameFiles } from '../offline/frame-files.js';
import type { Retrieval } from '../offline/retrieval.js';
import type { FrameFile, RetrievalResult } from '../offline/store.js';
import type { JobContext } from '../platform/job.js';
import { isThere } from '../platform/optional-file.js';
import type { CatalogHolder } from '../registry/catalog.js';
import { writeWhole } from './batch-parts.js';
import type { BatchFrame, BatchTask } from './batch-task.js';

/** The rows to score, with their features. */
export type OpenedFrame = {
  readonly rows: AsyncIterable<ColumnBatch>;
  /** 0 where it is not known yet. */
  readonly total: number;
  readonly close: () => Promise<void>;
};

export type BatchFramesParts = {
  readonly catalogs: CatalogHolder;
  readonly retrieval: Retrieval;
  readonly frames: FrameFiles;
};

type OpenRequest = {
  readonly task: BatchTask;
  readonly definition: CompiledModel;
  readonly manifest: ModelManifest;
  /** Where predictions go as rows, else null. */
  readonly target: SourceFeatureSet | null;
};

/** The entities of a feature set, in a job's folder. */
const ENTITY_FILE = 'entities.arrow';

/** The frames of batch predictions: the same task has the same rows, in the same order, in every attempt (S19). */
export class BatchFrames {
  constructor(private readonly parts: BatchFramesParts) {}

  /** The caller closes what it gets. Throws what a retrieval throws. */
  async open(request: OpenRequest, context: JobContext): Promise<OpenedFrame> {
    const { frame } = request.task;
    switch (frame.kind) {
      case 'features':
        return this.ofFeatures(request, inFolder(frame.file, context));
      case 'keys':
        return this.ofKeys(request, inFolder(frame.file, context), context);
      case 'entities':
        return this.ofKeys(request, await this.entityFile(request, frame, context), context);
    }
  }

  /** Removes the files of a frame that nobody will open again. */
  async remove({ frame }: BatchTask, { folder }: JobContext): Promise<void> {
    const name = frame.kind === 'entities' ? ENTITY_FILE : frame.file.path;
    await rm(join(folder, name), { force: true });
  }

  private ofFeatures(request: OpenRequest, file: FrameFile): OpenedFrame {
    const declared = declaredColumns(request, request.manifest.schema.raw);
    return { rows: this.parts.frames.read(file, declared), total: 0, close: async () => undefined };
  }

  private async ofKeys(
    request: OpenRequest,
    frame: FrameFile,
    { project, signal }: JobContext,
  ): Promise<OpenedFrame> {
    const { time: timeColumn, knowledge, boundary, pins } = request.task;
    const service = request.definition.servedBy;
    const declared = declaredColumns(request, []);
    const asked = { project, service, frame, declared, timeColumn, knowledge, boundary, signal };
    return opened(await this.parts.retrieval.start(asked, pins!), readColumns(request));
  }

  /** The entities as a frame of keys and one time, made once and kept in the job's folder. */
  private async entityFile(
    { task, definition }: OpenRequest,
    frame: Extract<BatchFrame, { kind: 'entities' }>,
    { project, folder, signal }: JobContext,
  ): Promise<FrameFile> {
    const file: FrameFile = { kind: 'file', path: join(folder, ENTITY_FILE), format: 'arrow' };
    if (await isThere(file.path)) return file;
    const { catalogs, retrieval, frames } = this.parts;
    const set = catalogs.current().featureSet(project, frame.featureSet, frame.featureSetVersion);
    const [feature] = set.features;
    const ref = `entity=${set.name}@${set.version}:${feature!.name}`;
    const instant = { fromUs: frame.pins.nowUs, toUs: frame.pins.nowUs, everyUs: 1n } as const;
    const result = await retrieval.start(
      {
        project,
        service: catalogs.current().featureList(project, [ref]),
        frame: { kind: 'grid', ...instant, entities: null },
        timeColumn: task.time,
        knowledge: task.knowledge,
        signal,
      },
      frame.pins,
    );
    const columns: readonly TypedColumn[] = [
      ...definition.servedBy.keyColumns,
      { name: task.time, type: 'TIMESTAMP' },
    ];
    try {
      await writeWhole(file.path, (path) =>
        frames.write({ ...file, path }, columns, renamed(result.batches(), columns, frame.keys)),
      );
    } finally {
      await result.close();
    }
    return file;
  }
}

/**
 * The columns of a frame whose types are known: T, what the model takes of the frame, and what the target takes of it. A name
 * means the first of them.
 */
function declaredColumns(
  { task, definition, target }: OpenRequest,
  features: readonly TypedColumn[],
): readonly TypedColumn[] {
  const ofTarget = (target?.source.columns ?? []).filter(
    ({ name }) => task.columns === 'all' || target?.keyColumns.includes(name),
  );
  const known = [
    { name: task.time, type: 'TIMESTAMP' as const },
    ...features,
    ...definition.inputs,
    ...ofTarget,
  ];
  return [...new Map(known.toReversed().map(({ name, type }) => [name, { name, type }])).values()];
}

/** The columns under their names in the model's service. */
async function* renamed(
  batches: AsyncIterable<ColumnBatch>,
  columns: readonly TypedColumn[],
  keys: Readonly<Record<string, string>>,
): AsyncIterable<ColumnBatch> {
  for await (const batch of batches) {
    const entries = columns.map(({ name }) => [name, batch.columns.get(keys[name] ?? name)!] as const);
    yield { rowCount: batch.rowCount, columns: new Map(entries) };
  }
}

/** The columns that are read of a retrieved frame: what the model takes, and what stands beside its predictions. */
function readColumns({ task, definition, target, manifest }: OpenRequest): ReadonlySet<string> | undefined {
  if (task.columns === 'all') return undefined;
  const kept = [...definition.servedBy.keyColumns, ...manifest.schema.raw].map(({ name }) => name);
  return new Set([...kept, ...(target?.keyColumns ?? []), task.time]);
}

/** With at least one batch, which may be empty: a frame without rows has columns all the same. */
async function opened(result: RetrievalResult, names: ReadonlySet<string> | undefined): Promise<OpenedFrame> {
  try {
    return { rows: atLeastOne(result, names), total: result.report.rows, close: () => result.close() };
  } catch (error) {
    await result.close();
    throw error;
  }
}

function atLeastOne(
  result: RetrievalResult,
  names: ReadonlySet<string> | undefined,
): AsyncIterable<ColumnBatch> {
  const batches = result.batches(names);
  if (result.report.rows > 0) return batches;
  const asked = result.columns.filter(({ name }) => names?.has(name) ?? true);
  // Batches were asked for, so every column is of a type of ours.
  const empty = emptyBatch(asked as readonly TypedColumn[]);
  return (async function* () {
    yield empty;
  })();
}

function inFolder(file: FrameFile, { folder }: JobContext): FrameFile {
  return { ...file, path: join(folder, file.path) };
}
