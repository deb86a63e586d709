import { randomBytes } from 'node:crypto';
import { PlumblineError } from '../../definition/error.js';
import { encodeMessage, type LogPlace } from './kafka-message.js';
import { epochOf, readFrame } from './log-frame.js';
import type { LogPartition } from './log-partition.js';
import type { PartitionReader } from './partition-reader.js';

/** Tries to begin an epoch while others do the same. */
const MAX_CONTESTS = 20;

/** Who may write to a partition, by the rules of ADR 13. Knows where its log stands, as long as this process owns it. */
export class PartitionOwner {
  /** Of this opening: no two of them share it. */
  private readonly id = randomBytes(16).toString('hex');
  private current: LogPlace | null = null;
  private taking: Promise<LogPlace> | null = null;

  constructor(
    private readonly partition: LogPartition,
    private readonly reader: PartitionReader,
    private readonly maxMessageBytes: number,
  ) {}

  /** Where the log stands behind what this owner last knew; null before it owned it. */
  get place(): LogPlace | null {
    return this.current;
  }

  /** Whether the epoch in force is another process's. */
  isOutdated(): boolean {
    return this.current !== null && this.current.owner !== this.id;
  }

  /** Begins an epoch, once; a try that failed is made again by whoever asks next. */
  async own(): Promise<LogPlace> {
    if (this.current !== null) return this.current;
    this.taking ??= this.takeOver().finally(() => {
      this.taking = null;
    });
    return this.taking;
  }

  /** Writes a frame behind the place. False says only that it is not known to count: {@link findOut} tells. */
  async write(frame: Buffer): Promise<boolean> {
    const place = this.current!;
    let last = place.offset;
    try {
      for (const message of messagesOf(place, frame, this.maxMessageBytes)) {
        const offset = await this.partition.append([message]);
        // Somebody wrote in between: perhaps a newer owner.
        if (offset !== last + 1n) return false;
        last = offset;
      }
    } catch {
      return false;
    }
    const { firstSequence, rowCount } = readFrame(frame)!;
    this.current = { ...place, offset: last, next: firstSequence + BigInt(rowCount) };
    return true;
  }

  /**
   * What became of a frame without an answer: it stands before the next epoch, or will never count. The next epoch is this
   * owner's own, or one that another has begun meanwhile. Throws where that cannot be told now; then it is to be asked again.
   */
  async findOut(frame: Buffer): Promise<boolean> {
    const place = this.current!;
    const wanted = readFrame(frame)!;
    let isThere = false;
    const look = (found: Buffer): void => {
      isThere ||=
        epochOf(found) === epochOf(frame) && readFrame(found)?.firstSequence === wanted.firstSequence;
    };
    const before = await this.reader.replay(place, await this.reader.lastOffset(), look);
    const isMine = before.place.owner === this.id;
    this.current = isMine ? await this.beginEpoch(before.place, look) : before.place;
    return isThere;
  }

  private async takeOver(): Promise<LogPlace> {
    await this.partition.prepare();
    for (let contest = 0; contest < MAX_CONTESTS; contest++) {
      const place = await this.beginEpoch(await this.reader.end(), () => undefined);
      if (place.owner !== this.id) continue;
      this.current = place;
      return place;
    }
    throw new PlumblineError('UNAVAILABLE', 'other processes keep opening it');
  }

  /** Tries to begin the epoch behind the one in force, and reads up to where that was tried: who has it now? */
  private async beginEpoch(known: LogPlace, onFrame: (frame: Buffer) => void): Promise<LogPlace> {
    const epoch = known.epoch + 1n;
    const body = Buffer.from(this.id, 'hex');
    const message = encodeMessage({ kind: 'epoch', epoch, known, part: 0, parts: 1, body });
    const offset = await this.partition.append([message]);
    return (await this.reader.replay(known, offset, onFrame)).place;
  }
}

/** A frame as messages behind a known place, whose epoch it has; parts of it where it is larger than one may be. */
export function* messagesOf(known: LogPlace, frame: Buffer, maxBytes: number): Iterable<Buffer> {
  const parts = Math.ceil(frame.length / maxBytes);
  for (let part = 0; part < parts; part++) {
    const body = frame.subarray(part * maxBytes, (part + 1) * maxBytes);
    yield encodeMessage({ kind: 'rows', epoch: known.epoch, known, part, parts, body });
  }
}
