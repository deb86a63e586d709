/**
 * A message of a source's log on Kafka: what it is, of which epoch, and where the log stood when it was written, so that
 * whoever reads one message knows the exact state a little before it (see `kafka-replay.ts`).
 *
 * Layout, little-endian: magic (4); kind (2); part (4) and parts (4) of the frame; epoch of the message (8); then the
 * place known to its writer: offset (8), epoch (8), owner (16), next sequence (8); then the body.
 */
export type LogMessage = {
  readonly kind: 'epoch' | 'rows';
  readonly epoch: bigint;
  readonly known: LogPlace;
  /** Of how many parts of a frame this is which; 0 of 1 for an epoch. */
  readonly part: number;
  readonly parts: number;
  /** Of an epoch its owner; of rows a part of a frame (see `log-frame.ts`). */
  readonly body: Buffer;
};

/** Where a log stands behind a message: no frame is half read there. */
export type LogPlace = {
  /** Of the last message that was looked at; -1 at the beginning. */
  readonly offset: bigint;
  /** In force; 0 before the first. */
  readonly epoch: bigint;
  /** Who began it, 16 bytes as hexadecimal digits; zeros before the first. */
  readonly owner: string;
  /** Sequence of the next row that will count. */
  readonly next: bigint;
};

/** Before the first message of a log. */
export const LOG_BEGINNING: LogPlace = { offset: -1n, epoch: 0n, owner: '0'.repeat(32), next: 0n };

/** Bytes of a message beside its body. */
const MESSAGE_HEADER_BYTES = 62;

/** Bytes of {@link LogMessage}. */
export function encodeMessage({ kind, epoch, known, part, parts, body }: LogMessage): Buffer {
  const bytes = Buffer.alloc(MESSAGE_HEADER_BYTES + body.length);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt16LE(KINDS.indexOf(kind), 4);
  bytes.writeUInt32LE(part, 6);
  bytes.writeUInt32LE(parts, 10);
  bytes.writeBigInt64LE(epoch, 14);
  bytes.writeBigInt64LE(known.offset, 22);
  bytes.writeBigInt64LE(known.epoch, 30);
  bytes.write(known.owner, 38, 16, 'hex');
  bytes.writeBigInt64LE(known.next, 54);
  bytes.set(body, MESSAGE_HEADER_BYTES);
  return bytes;
}

/** The message of these bytes; null for what {@link encodeMessage} did not write. */
export function decodeMessage(bytes: Buffer | null): LogMessage | null {
  if (bytes === null || bytes.length < MESSAGE_HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return null;
  const kind = KINDS[bytes.readUInt16LE(4)];
  if (kind === undefined) return null;
  return {
    kind,
    part: bytes.readUInt32LE(6),
    parts: bytes.readUInt32LE(10),
    epoch: bytes.readBigInt64LE(14),
    known: {
      offset: bytes.readBigInt64LE(22),
      epoch: bytes.readBigInt64LE(30),
      owner: bytes.toString('hex', 38, 54),
      next: bytes.readBigInt64LE(54),
    },
    body: bytes.subarray(MESSAGE_HEADER_BYTES),
  };
}

const MAGIC = 0x314b4c50; // "PLK1"
const KINDS: readonly LogMessage['kind'][] = ['epoch', 'rows'];
