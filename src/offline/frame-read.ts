import { createReadStream } from 'node:fs';
import type { ColumnBatch } from '../definition/column-batch.js';
import { readArrow } from './arrow-read.js';
import { readCsv } from './csv-read.js';
import type { TypedColumn } from './file-reader.js';
import type { FrameFormat } from './frame-format.js';
import { readJson, readNdjson } from './json-read.js';
import type { FrameFile } from './store.js';

/** Formats that are read row by row in this process; Parquet is the engine's. */
type ReadFormat = Exclude<FrameFormat, 'parquet'>;

const READERS: Record<
  ReadFormat,
  (path: string, declared: readonly TypedColumn[]) => AsyncIterable<ColumnBatch>
> = {
  arrow: (path) => readArrow(createReadStream(path)),
  csv: (path, declared) => readCsv(createReadStream(path), declared),
  json: (path, declared) => readJson(() => createReadStream(path), declared),
  ndjson: (path, declared) => readNdjson(() => createReadStream(path), declared),
};

/** A frame that is no Parquet, as any reader sees it. */
export type ReadableFrame = FrameFile & { readonly format: ReadFormat };

/**
 * The rows of a frame, batch by batch, at least one batch. Arrow has its own types; of CSV and JSON the columns named in
 * `declared` are of those types (S4). Throws INVALID_FRAME.
 */
export function readFrame(
  { path, format }: ReadableFrame,
  declared: readonly TypedColumn[],
): AsyncIterable<ColumnBatch> {
  return READERS[format](path, declared);
}
