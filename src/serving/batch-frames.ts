import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { ModelManifest } from '../model/manifest.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { FrameFiles } from '../offline/frame-files.js';
import type { Retrieval } from '../offline/retrieval.js';
import type { FrameFile, RetrievalResult } from '../offline/store.js';
import type { JobContext } from '../platform/job.js';
import type { CatalogHolder } from '../registry/catalog.js';
import { appear } from './batch-parts.js';
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
};

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

  private ofFeatures({ task, manifest }: OpenRequest, file: FrameFile): OpenedFrame {
    const raw = manifest.schema.raw.filter(({ name }) => name !== task.time);
    const declared: readonly TypedColumn[] = [...raw, { name: task.time, type: 'TIMESTAMP' }];
    return { rows: this.parts.frames.read(file, declared), total: 0, close: async () => undefined };
  }

  private async ofKeys(
    { task, definition }: OpenRequest,
    frame: FrameFile,
    { project, signal }: JobContext,
  ): Promise<OpenedFrame> {
    const { time: timeColumn, knowledge, boundary, pins } = task;
    const { service } = definition;
    const request = { project, service, frame, timeColumn, knowledge, boundary, signal };
    const result = await this.parts.retrieval.start(request, pins!);
    return opened(result);
  }

  /** The entities as a frame of keys and one time, made once and kept in the job's folder. */
  private async entityFile(
    { task, definition }: OpenRequest,
    frame: Extract<BatchFrame, { kind: 'entities' }>,
    { project, folder, signal }: JobContext,
  ): Promise<FrameFile> {
    const file: FrameFile = { kind: 'file', path: join(folder, 'entities.arrow'), format: 'arrow' };
    if (await exists(file.path)) return file;
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
      ...definition.service.keyColumns,
      { name: task.time, type: 'TIMESTAMP' },
    ];
    const unfinished = { ...file, path: `${file.path}.tmp` };
    try {
      await frames.write(unfinished, columns, renamed(result.batches(), columns, frame.keys));
    } finally {
      await result.close();
    }
    await appear(unfinished.path, file.path);
    return file;
  }
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

function opened(result: RetrievalResult): OpenedFrame {
  return { rows: result.batches(), total: result.report.rows, close: () => result.close() };
}

function inFolder(file: FrameFile, { folder }: JobContext): FrameFile {
  return { ...file, path: join(folder, file.path) };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
