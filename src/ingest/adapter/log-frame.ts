import { crc32 } from 'node:zlib';
import { decodeBatch, encodeBatch } from '../batch-codec.js';
import type { LogRun } from '../copied-log.js';
import { type Door, type LoggedRows, lastOf } from '../log.js';

/**
 * What is written in one go, and is there whole or not at all: a header (magic; bytes of the body; CRC-32 of all that
 * follows; rows; first sequence; epoch), then one entry after the other (bytes of the entry; arrival; bytes of the door;
 * the door as JSON; the rows, see `batch-codec.ts`). Little-endian.
 */
const FRAME_HEADER_BYTES = 32;

const MAGIC = 0x32424c50; // "PLB2"
const CHECKED_FROM = 12;
const ENTRY_HEADER_BYTES = 16;

/** Where the rows of a frame are. */
export type FrameHeader = { readonly firstSequence: bigint; readonly rowCount: number };

/** Bytes of one entry; its sequence is known only when its frame is written. */
export function encodeEntry({
  rows,
  arrivalUs,
  door,
}: Pick<LoggedRows, 'rows' | 'arrivalUs' | 'door'>): Buffer {
  const doorBytes = Buffer.from(JSON.stringify(door), 'utf8');
  const batch = encodeBatch(rows);
  const head = Buffer.allocUnsafe(ENTRY_HEADER_BYTES);
  head.writeUInt32LE(ENTRY_HEADER_BYTES + doorBytes.length + batch.length, 0);
  head.writeBigInt64LE(arrivalUs, 4);
  head.writeUInt32LE(doorBytes.length, 12);
  return Buffer.concat([head, doorBytes, batch]);
}

/** What the header of a frame says of its rows. */
export function headerOf(logged: readonly LoggedRows[]): FrameHeader {
  const { firstSequence } = logged[0]!;
  return { firstSequence, rowCount: Number(lastOf(logged.at(-1)!) - firstSequence + 1n) };
}

/** Entries as one frame. */
export function encodeFrame(entries: readonly Buffer[], logged: readonly LoggedRows[]): Buffer {
  return frameOf(entries, { ...headerOf(logged), epoch: logged[0]!.epoch });
}

/** Entries of one epoch as one frame. */
export function encodeRun({ bytes, ...header }: LogRun): Buffer {
  return frameOf([bytes], header);
}

/** The entries of a whole, checked frame, as they are. */
export function runOf(frame: Buffer): LogRun {
  const epoch = epochOf(frame);
  const firstSequence = frame.readBigInt64LE(16);
  return {
    epoch,
    firstSequence,
    rowCount: frame.readUInt32LE(12),
    bytes: frame.subarray(FRAME_HEADER_BYTES),
  };
}

function frameOf(
  entries: readonly Buffer[],
  { firstSequence, rowCount, epoch }: FrameHeader & Pick<LogRun, 'epoch'>,
): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  const frame = Buffer.concat([header, ...entries]);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(frame.length - FRAME_HEADER_BYTES, 4);
  frame.writeUInt32LE(rowCount, 12);
  frame.writeBigInt64LE(firstSequence, 16);
  frame.writeBigInt64LE(epoch, 24);
  frame.writeUInt32LE(crc32(frame.subarray(CHECKED_FROM)), 8);
  return frame;
}

/** Length of the frame whose header begins here, or null when this is no header. */
export function frameLength(header: Buffer): number | null {
  if (header.length < FRAME_HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return null;
  return FRAME_HEADER_BYTES + header.readUInt32LE(4);
}

/** What stands in a whole frame's header, or null when its checksum does not fit: it was not written to its end. */
export function readFrame(frame: Buffer): FrameHeader | null {
  if (frameLength(frame) !== frame.length || crc32(frame.subarray(CHECKED_FROM)) !== frame.readUInt32LE(8))
    return null;
  return { firstSequence: frame.readBigInt64LE(16), rowCount: frame.readUInt32LE(12) };
}

/** The epoch of the owner that wrote a whole frame. */
export function epochOf(frame: Buffer): bigint {
  return frame.readBigInt64LE(24);
}

/** The entries of a whole, checked frame. */
export function* entriesOf(frame: Buffer): Iterable<LoggedRows> {
  let firstSequence = frame.readBigInt64LE(16);
  const epoch = epochOf(frame);
  for (let at = FRAME_HEADER_BYTES; at < frame.length; ) {
    const end = at + frame.readUInt32LE(at);
    const doorEnd = at + ENTRY_HEADER_BYTES + frame.readUInt32LE(at + 12);
    const door = JSON.parse(frame.toString('utf8', at + ENTRY_HEADER_BYTES, doorEnd)) as Door;
    const logged = {
      firstSequence,
      epoch,
      arrivalUs: frame.readBigInt64LE(at + 4),
      door,
      rows: decodeBatch(frame.subarray(doorEnd, end)),
    };
    yield logged;
    firstSequence = lastOf(logged) + 1n;
    at = end;
  }
}
