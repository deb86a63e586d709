import { crc32 } from 'node:zlib';
import { arrowBytes } from '../../offline/arrow.js';
import { batchOfArrow } from '../../offline/arrow-read.js';
import type { Door, LoggedRows } from '../log.js';

/**
 * One record of a segment: magic, length of what follows the header, CRC-32 of the rest of the header and of the
 * payload, first sequence, row count, arrival, length of the door's text; then the door as JSON and the rows as an
 * Arrow IPC stream, which names its columns, so records outlive changes of the source.
 */
const RECORD_HEADER_BYTES = 40;

const MAGIC = 0x31424c50; // "PLB1", little-endian

export type RecordHeader = {
  readonly firstSequence: bigint;
  readonly rowCount: number;
  readonly door: Door;
};

/** Bytes of one record. */
export function encodeRecord(logged: LoggedRows): Buffer {
  const door = Buffer.from(JSON.stringify(logged.door), 'utf8');
  const rows = arrowBytes(logged.rows);
  const record = Buffer.alloc(RECORD_HEADER_BYTES + door.length + rows.length);
  record.writeUInt32LE(MAGIC, 0);
  record.writeUInt32LE(door.length + rows.length, 4);
  record.writeBigInt64LE(logged.firstSequence, 12);
  record.writeUInt32LE(logged.rows.rowCount, 20);
  record.writeBigInt64LE(logged.arrivalUs, 24);
  record.writeUInt32LE(door.length, 32);
  record.set(door, RECORD_HEADER_BYTES);
  record.set(rows, RECORD_HEADER_BYTES + door.length);
  record.writeUInt32LE(crc32(record.subarray(12)), 8);
  return record;
}

/** Length of the record whose header begins here, or null when this is no header. */
export function recordLength(header: Buffer): number | null {
  if (header.length < RECORD_HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return null;
  return RECORD_HEADER_BYTES + header.readUInt32LE(4);
}

/** What stands in a whole record's header, or null when its checksum does not fit: it was not written to its end. */
export function readHeader(record: Buffer): RecordHeader | null {
  if (recordLength(record) !== record.length || crc32(record.subarray(12)) !== record.readUInt32LE(8))
    return null;
  return {
    firstSequence: record.readBigInt64LE(12),
    rowCount: record.readUInt32LE(20),
    door: doorOf(record),
  };
}

/** The rows of a whole, checked record. */
export function decodeRecord(record: Buffer): LoggedRows {
  const rows = record.subarray(RECORD_HEADER_BYTES + record.readUInt32LE(32));
  return {
    firstSequence: record.readBigInt64LE(12),
    arrivalUs: record.readBigInt64LE(24),
    door: doorOf(record),
    rows: batchOfArrow(rows),
  };
}

function doorOf(record: Buffer): Door {
  const end = RECORD_HEADER_BYTES + record.readUInt32LE(32);
  return JSON.parse(record.toString('utf8', RECORD_HEADER_BYTES, end)) as Door;
}
