import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlumblineError } from '../../definition/error.js';
import { type RecordHeader, readHeader, recordLength } from './log-record.js';

/** A segment is closed once it is larger than this; whole segments are read into memory. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

type Segment = { readonly path: string; readonly firstSequence: bigint };

/** The segment files of one source, named by their first sequence. */
export class SegmentFolder {
  private constructor(
    private readonly folder: string,
    private readonly segments: Segment[],
    private file: FileHandle | null,
    private size: number,
  ) {}

  /** Opens a folder, tells of every record in order, and cuts off what a crash left half written at the end. */
  static async open(folder: string, onRecord: (header: RecordHeader) => void): Promise<SegmentFolder> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
    const segments = names.map((name) => ({
      path: join(folder, name),
      firstSequence: BigInt(name.slice(0, -4)),
    }));
    let size = 0;
    for (const [i, segment] of segments.entries()) {
      size = await scan(segment, i === segments.length - 1, onRecord);
    }
    const last = segments.at(-1);
    const file = last === undefined ? null : await open(last.path, 'r+');
    if (file !== null) await file.truncate(size);
    return new SegmentFolder(folder, segments, file, size);
  }

  /** Writes records at the end and makes them durable. */
  async append(records: readonly Buffer[], firstSequence: bigint): Promise<void> {
    if (this.file === null || this.size >= SEGMENT_BYTES) await this.startSegment(firstSequence);
    const bytes = records.length === 1 ? records[0]! : Buffer.concat(records);
    await writeWhole(this.file!, bytes, this.size);
    await this.file!.datasync();
    this.size += bytes.length;
  }

  /** Whole records that hold rows of `from` to `end`, both included. */
  async *records(from: bigint, end: bigint): AsyncIterable<Buffer> {
    const starts = this.segments.map((segment) => segment.firstSequence);
    const wanted = this.segments.filter(
      ({ firstSequence }, i) => firstSequence <= end && (starts[i + 1] ?? end + 1n) > from,
    );
    for (const { path } of wanted) yield* recordsBetween(await readFile(path), from, end);
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async startSegment(firstSequence: bigint): Promise<void> {
    await this.file?.close();
    const path = join(this.folder, `${String(firstSequence).padStart(20, '0')}.log`);
    this.file = await open(path, 'wx+');
    this.size = 0;
    this.segments.push({ path, firstSequence });
    // The new names, of the segment and of its folder, must survive a power cut as well.
    for (const name of [this.folder, dirname(this.folder)]) {
      const folder = await open(name, 'r');
      await folder.sync();
      await folder.close();
    }
  }
}

/** A write may end early without an error, when the disk is nearly full. */
async function writeWhole(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function* recordsBetween(bytes: Buffer, from: bigint, end: bigint): Iterable<Buffer> {
  for (const record of recordsIn(bytes)) {
    const header = readHeader(record);
    if (header === null || header.firstSequence > end) return;
    if (header.firstSequence + BigInt(header.rowCount) > from) yield record;
  }
}

async function scan(
  segment: Segment,
  isLast: boolean,
  onRecord: (header: RecordHeader) => void,
): Promise<number> {
  const bytes = await readFile(segment.path);
  let size = 0;
  for (const record of recordsIn(bytes)) {
    const header = readHeader(record);
    if (header === null) break;
    onRecord(header);
    size += record.length;
  }
  if (size < bytes.length && !isLast) {
    throw new PlumblineError(
      'INTERNAL',
      `log segment ${segment.path} is damaged at byte ${size}; restore it from a copy`,
    );
  }
  return size;
}

/** Slices of the bytes that look like whole records, in order. */
function* recordsIn(bytes: Buffer): Iterable<Buffer> {
  let at = 0;
  for (;;) {
    const length = recordLength(bytes.subarray(at));
    if (length === null || at + length > bytes.length) return;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
