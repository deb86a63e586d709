import { sliceRows } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { readArrow } from '../offline/arrow-read.js';
import type { FileReader } from '../offline/file-reader.js';
import { rowsOfArrow } from './arrow-rows.js';
import type { RowPlan } from './column-mapping.js';
import { csvSpans, requireHeader } from './csv-rows.js';
import { fileBytes } from './file-bytes.js';
import type { FileFormat, FileKind } from './file-kind.js';
import { ndjsonSpans } from './ndjson-rows.js';
import { type OfferedSpan, SPAN_ROWS, spanOf } from './offered-span.js';

/** A batch file, whose columns were found where the format tells them. */
export interface RowFile {
  /**
   * The rows in file order. `names` are the columns that the caller looks at; a format may leave out others.
   * Throws INVALID_FILE.
   */
  spans(names?: ReadonlySet<string>): AsyncIterable<OfferedSpan>;
}

export type FileToOpen = { readonly path: string; readonly kind: FileKind; readonly plan: RowPlan };

/** Opens a file of any format. Throws INVALID_FILE when it is unreadable or its columns do not fit. */
export function openRowFile(reader: FileReader, file: FileToOpen): Promise<RowFile> {
  return OPENERS[file.kind.format](file, reader);
}

const OPENERS: Record<FileFormat, (file: FileToOpen, reader: FileReader) => Promise<RowFile>> = {
  parquet: openParquet,
  arrow: openArrow,
  csv: openCsv,
  ndjson: async ({ path, kind, plan }) => ({
    spans: () => ndjsonSpans(fileBytes(path, kind.compression), plan),
  }),
};

async function openParquet({ path, plan }: FileToOpen, reader: FileReader): Promise<RowFile> {
  const file = await reader.open(path, plan.columns, plan.extra);
  return {
    spans: async function* (names) {
      let ordinal = 0;
      for await (const batch of file.batches(names)) {
        yield spanOf(batch, ordinal);
        ordinal += batch.rowCount;
      }
    },
  };
}

async function openArrow({ path, plan }: FileToOpen): Promise<RowFile> {
  const rules = { ...plan, missing: 'refuse', code: 'INVALID_FILE' } as const;
  const spans = async function* (): AsyncIterable<OfferedSpan> {
    let ordinal = 0;
    for await (const found of asFileProblem(readArrow(fileBytes(path, 'none')))) {
      const batch = rowsOfArrow(found, rules);
      for (let start = 0; start < batch.rowCount; start += SPAN_ROWS) {
        yield spanOf(sliceRows(batch, start, Math.min(start + SPAN_ROWS, batch.rowCount)), ordinal + start);
      }
      ordinal += batch.rowCount;
    }
  };
  for await (const _ of spans()) break;
  return { spans };
}

async function openCsv({ path, kind, plan }: FileToOpen): Promise<RowFile> {
  await asFileError(requireHeader(fileBytes(path, kind.compression), plan));
  return { spans: () => asFileProblem(csvSpans(fileBytes(path, kind.compression), plan)) };
}

/** The readers of frames, whose problems are those of a file here. */
async function* asFileProblem<T>(items: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* items;
  } catch (error) {
    throw fileProblem(error);
  }
}

function asFileError<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw fileProblem(error);
  });
}

function fileProblem(error: unknown): unknown {
  if (!(error instanceof PlumblineError) || error.code !== 'INVALID_FRAME') return error;
  const path = error.details.path === 'body' ? 'file' : error.details.path;
  const message = error.message.replace(/^the body/, 'the file');
  return new PlumblineError('INVALID_FILE', message, {
    ...error.details,
    ...(path !== undefined && { path }),
  });
}
