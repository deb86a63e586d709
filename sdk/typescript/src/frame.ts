import { constants, createWriteStream, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type Table, tableFromIPC, tableToIPC } from 'apache-arrow';

/** A frame to send: an Arrow table of this process, or a Parquet file that is streamed from disk. */
export type Frame =
  | { readonly kind: 'arrow'; readonly table: Table }
  | { readonly kind: 'parquet'; readonly path: string };

/** Media types in which frames travel. */
export const MEDIA_TYPE = {
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
} as const satisfies Record<Frame['kind'], string>;

/** The body of a request that sends `frame`; a file is read as it is sent. */
export async function bodyOfFrame(frame: Frame): Promise<Blob | Uint8Array<ArrayBuffer>> {
  if (frame.kind === 'parquet') {
    // Says which file is missing, where openAsBlob does not.
    await access(frame.path, constants.R_OK);
    return openAsBlob(frame.path);
  }
  return new Uint8Array(tableToIPC(frame.table, 'stream'));
}

/** Reads an answered Arrow stream; the table's columns are views of the bytes received. */
export async function tableOfAnswer(answer: Response): Promise<Table> {
  // To the last byte: a reader that stops at Arrow's end marker would leave the connection open, half read.
  return tableFromIPC(new Uint8Array(await answer.arrayBuffer()));
}

/** Streams an answered Parquet file to `path`; never holds it in memory. */
export async function fileOfAnswer(answer: Response, path: string): Promise<void> {
  // Node's fetch answers its own web streams; the DOM type of the same name hides that.
  const body = answer.body as ReadableStream<Uint8Array> | null;
  await pipeline(body === null ? Readable.from([]) : Readable.fromWeb(body), createWriteStream(path));
}
