import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlumblineError } from '../../definition/error.js';
import { type FrameHeader, frameLength, readFrame } from './log-frame.js';

/** A segment is closed once it is larger than this; whole segments are read into memory. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

const { O_CREAT, O_EXCL, O_RDWR } = constants;

/** A write to a file opened with it returns when the bytes are durable: one call where there would be two. */
const O_DSYNC: number | undefined = constants.O_DSYNC;
const DURABLY = O_DSYNC ?? 0;

/** Where a segment ends: its bytes, and the sequence behind its last row. */
type End = { readonly size: number; readonly next: bigint };

type Segment = { readonly path: string; readonly firstSequence: bigint };

/** The segment files of one source, named by their first sequence. */
export class SegmentFolder {
  private constructor(
    private readonly folder: string,
    private readonly segments: Segment[],
    private file: FileHandle | null,
    private end: End,
  ) {}

  /** Sequence behind the last whole frame. */
  get next(): bigint {
    return this.end.next;
  }

  /**
   * Opens a folder and cuts off what a crash left half written at its end. Only the last segment is looked through: the
   * others were whole when it was begun, and are checked as they are read. Throws INTERNAL where a frame that others
   * follow is damaged: nothing that was acknowledged is ever cut off.
   */
  static async open(folder: string): Promise<SegmentFolder> {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
    const segments = names.map((name) => ({
      path: join(folder, name),
      firstSequence: BigInt(name.slice(0, -4)),
    }));
    const last = segments.at(-1);
    if (last === undefined) return new SegmentFolder(folder, segments, null, { size: 0, next: 0n });
    const end = await endOf(last);
    const file = await open(last.path, O_RDWR | DURABLY);
    await file.truncate(end.size);
    return new SegmentFolder(folder, segments, file, end);
  }

  /** Writes a frame at the end and makes it durable. */
  async append(frame: Buffer, { firstSequence, rowCount }: FrameHeader): Promise<void> {
    if (this.file === null || this.end.size >= SEGMENT_BYTES) await this.startSegment(firstSequence);
    await writeWhole(this.file!, frame, this.end.size);
    if (O_DSYNC === undefined) await this.file!.datasync();
    this.end = { size: this.end.size + frame.length, next: firstSequence + BigInt(rowCount) };
  }

  /** Whole frames that hold rows of `from` to `end`, both included. */
  async *frames(from: bigint, end: bigint): AsyncIterable<Buffer> {
    const starts = this.segments.map((segment) => segment.firstSequence);
    const wanted = this.segments.filter(
      ({ firstSequence }, i) => firstSequence <= end && (starts[i + 1] ?? end + 1n) > from,
    );
    for (const segment of wanted) yield* framesBetween(segment, await readFile(segment.path), { from, end });
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = null;
  }

  private async startSegment(firstSequence: bigint): Promise<void> {
    await this.file?.close();
    const path = join(this.folder, `${String(firstSequence).padStart(20, '0')}.log`);
    this.file = await open(path, O_RDWR | O_CREAT | O_EXCL | DURABLY);
    this.end = { size: 0, next: firstSequence };
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

type Range = { readonly from: bigint; readonly end: bigint };

function* framesBetween(segment: Segment, bytes: Buffer, { from, end }: Range): Iterable<Buffer> {
  let at = 0;
  for (const frame of framesIn(bytes)) {
    const header = readFrame(frame);
    if (header === null) throw damaged(segment, at);
    if (header.firstSequence > end) return;
    if (header.firstSequence + BigInt(header.rowCount) > from) yield frame;
    at += frame.length;
  }
}

/** Where the last whole frame of a segment ends. */
async function endOf(segment: Segment): Promise<End> {
  const bytes = await readFile(segment.path);
  let size = 0;
  let next = segment.firstSequence;
  for (const frame of framesIn(bytes)) {
    const header = readFrame(frame);
    if (header === null) break;
    size += frame.length;
    next = header.firstSequence + BigInt(header.rowCount);
  }
  // A frame is written only when those before it are durable, so a whole one behind a broken one is no crash's doing.
  if (wholeFrameBehind(bytes, size)) throw damaged(segment, size);
  return { size, next };
}

function damaged({ path }: Segment, at: number): PlumblineError {
  return new PlumblineError(
    'INTERNAL',
    `log segment ${path} is damaged at byte ${at}, with rows behind it; restore it from a copy`,
  );
}

function wholeFrameBehind(bytes: Buffer, broken: number): boolean {
  for (
    let at = bytes.indexOf('PLB2', broken + 1, 'latin1');
    at >= 0;
    at = bytes.indexOf('PLB2', at + 1, 'latin1')
  ) {
    const length = frameLength(bytes.subarray(at));
    if (length !== null && at + length <= bytes.length && readFrame(bytes.subarray(at, at + length)) !== null)
      return true;
  }
  return false;
}

/** Slices of the bytes that look like whole frames, in order. */
function* framesIn(bytes: Buffer): Iterable<Buffer> {
  let at = 0;
  for (;;) {
    const length = frameLength(bytes.subarray(at));
    if (length === null || at + length > bytes.length) return;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
