import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ColumnBatch } from '../definition/column-batch.js';
import { readArrow } from '../offline/arrow-read.js';
import type { TypedColumn } from '../offline/file-reader.js';
import type { FrameFiles } from '../offline/frame-files.js';
import type { FrameFormat } from '../offline/frame-format.js';
import { MEDIA_TYPE_OF } from '../offline/frame-media.js';
import type { JobContext } from '../platform/job.js';
import { noteResultFile } from '../platform/job-files.js';
import { type BatchParts, writeWhole } from './batch-parts.js';
import type { BatchSink } from './batch-sink.js';

/** Rows of a part: some seconds of work, which an attempt that is cut short does again. */
const PART_ROWS = 65_536;

/** Predictions into a file of any frame format: part by part, each a file of its own, which are joined at the end. */
export class BatchFile implements BatchSink {
  constructor(
    private readonly frames: FrameFiles,
    private readonly format: FrameFormat,
    private readonly parts: BatchParts,
  ) {}

  async begin(): Promise<number> {
    return PART_ROWS;
  }

  async write(columns: readonly TypedColumn[], rows: AsyncIterable<ColumnBatch>): Promise<null> {
    await writeWhole(this.parts.pathOf(this.parts.count), (path) =>
      this.frames.write({ kind: 'file', path, format: 'arrow' }, columns, rows),
    );
    return null;
  }

  async finish({ folder, signal }: JobContext): Promise<void> {
    const { parts, format } = this;
    if (!parts.isComplete) {
      await writeWhole(join(folder, `result.${format}`), (path) =>
        this.frames.write({ kind: 'file', path, format }, parts.columns, rowsOfParts(parts, signal)),
      );
      await parts.complete();
    }
    await noteResultFile(folder, { extension: format, mediaType: MEDIA_TYPE_OF[format] });
  }
}

async function* rowsOfParts(parts: BatchParts, signal: AbortSignal): AsyncIterable<ColumnBatch> {
  for (let part = 0; part < parts.count; part++) {
    for await (const batch of readArrow(createReadStream(parts.pathOf(part)))) {
      signal.throwIfAborted();
      yield batch;
    }
  }
}
