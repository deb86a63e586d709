import { rm } from 'node:fs/promises';
import type { ColumnBatch } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import type { LoadedModel, LoadedModels, ModelVersionRef } from '../model/loaded-models.js';
import type { ModelManifest } from '../model/manifest.js';
import { modelRows, ROWS_AT_ONCE } from '../model/model-rows.js';
import { parseVersionNumber } from '../model/version-number.js';
import type { FrameFiles } from '../offline/frame-files.js';
import type { FrameFile } from '../offline/store.js';
import type { ModelVersions } from '../registry/records.js';
import { type TransformedColumns, type TransformLayout, transformedColumns } from './transformed-rows.js';

/** A fitted transform: what it takes, does and gives, and the model version that it was found in. */
export type TransformDescription = Pick<ModelManifest, 'model' | 'version' | 'schema' | 'transform'> & {
  /** Fingerprint of the fitted transform, its id. */
  readonly id: string;
};

export type ApplyRequest = {
  readonly project: string;
  /** Fingerprint of the fitted transform, or `model@version`. */
  readonly id: string;
  /** Rows that hold the raw columns. */
  readonly frame: FrameFile;
  readonly layout: TransformLayout;
  /** Where the transformed rows go. */
  readonly answer: FrameFile;
};

export type TransformsParts = {
  readonly versions: ModelVersions;
  readonly models: LoadedModels;
  readonly frames: FrameFiles;
};

/** Fitted transforms by themselves: what a model sees of a row, shown to people and to other systems. */
export class Transforms {
  constructor(private readonly parts: TransformsParts) {}

  /** Throws NOT_FOUND. */
  async describe(project: string, id: string): Promise<TransformDescription> {
    return this.parts.models.with(await this.find(project, id), ({ manifest }) => {
      const { model, version, schema, transform, record } = manifest;
      return { id: record.transformHash, model, version, schema, transform };
    });
  }

  /**
   * Writes the transformed rows of a frame, row by row in its order, by the code that training and prediction use (S24).
   * Throws NOT_FOUND; INVALID_FRAME for a column that is missing, of another type, or transformed already; INVALID_FILE.
   */
  async apply({ project, id, frame, layout, answer }: ApplyRequest): Promise<void> {
    const { models, frames } = this.parts;
    await models.with(await this.find(project, id), async (model) => {
      const columns = transformedColumns(model.manifest.schema.transformed, layout);
      const rows = frames.read(frame, declaredColumns(model.manifest));
      try {
        await frames.write(answer, columns.columns, transformed(model, rows, columns));
      } catch (error) {
        await rm(answer.path, { force: true });
        throw error;
      }
    });
  }

  private async find(project: string, id: string): Promise<ModelVersionRef> {
    const { versions } = this.parts;
    const at = id.indexOf('@');
    const [model, version] = at < 0 ? [id, undefined] : [id.slice(0, at), id.slice(at + 1)];
    const { model: found, version: number } = HASH.test(id)
      ? await versions.withTransform(project, id)
      : await versions.get(project, model, version === undefined ? undefined : parseVersionNumber(version));
    return { project, model: found, version: number };
  }
}

const HASH = /^[0-9a-f]{64}$/;

/** What is read by its declared type: the raw columns, and T of each row for AS_OF(). */
function declaredColumns({ schema, record }: ModelManifest) {
  const { time } = record.trainingSet.query;
  const raw = schema.raw.filter(({ name }) => name !== time);
  return [...raw, { name: time, type: 'TIMESTAMP' as const }];
}

/** Numbers that are written at once, as text at worst: some tens of milliseconds between two turns of the event loop. */
const MAX_NUMBERS = 128 * 1024;

async function* transformed(
  model: LoadedModel,
  frame: AsyncIterable<ColumnBatch>,
  { batchOf }: TransformedColumns,
): AsyncIterable<ColumnBatch> {
  const { scorer, manifest } = model;
  const rowsAtOnce = Math.max(1, Math.min(ROWS_AT_ONCE, Math.floor(MAX_NUMBERS / scorer.transform.width)));
  for await (const { frame: rows, inputs, asOf } of modelRows(model, frame, { rowsAtOnce })) {
    requireRawRows(manifest, rows);
    yield batchOf((await scorer.vectors(inputs, asOf)).values, inputs.rowCount);
  }
}

/** A column under the name of an output would be ignored, though its sender may think that it counts. */
function requireRawRows({ schema }: ModelManifest, { columns }: ColumnBatch): void {
  const raw = new Set(schema.raw.map(({ name }) => name));
  const made = schema.transformed.flatMap(({ name, output }) => [name, output]);
  const name = made.find((each) => columns.has(each) && !raw.has(each));
  if (name === undefined) return;
  const message = `column "${name}" has the name of what the transform makes; send raw columns alone: drop it, or rename it`;
  throw new PlumblineError('INVALID_FRAME', message, { path: name });
}
