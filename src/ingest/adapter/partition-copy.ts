import { randomBytes } from 'node:crypto';
import { PlumblineError } from '../../definition/error.js';
import type { LogEnd, LogRun } from '../copied-log.js';
import type { LoggedRows } from '../log.js';
import { encodeMessage, type LogPlace } from './kafka-message.js';
import { encodeRun, entriesOf, runOf } from './log-frame.js';
import type { LogPartition } from './log-partition.js';
import { messagesOf } from './partition-owner.js';
import { PartitionReader } from './partition-reader.js';

/** Epochs begun in one request: a message of some 80 bytes each. */
const EPOCHS_AT_ONCE = 1_000;

/**
 * The log of one source in a partition, copied. Epochs of a partition rise by one (ADR 13), so each that the original had
 * is begun there, those without rows too, and whoever opens it next has the one behind them.
 */
export class PartitionCopy {
  private readonly reader: PartitionReader;
  private writing: Promise<Written> | null = null;
  /** In the place of owners' names, which are of openings. */
  private readonly id = randomBytes(16);

  constructor(
    /** As messages name it. */
    private readonly log: string,
    private readonly partition: LogPartition,
    private readonly maxMessageBytes: number,
  ) {
    this.reader = new PartitionReader(log, partition);
  }

  async end(): Promise<LogEnd> {
    const { next, epoch } = await this.reader.end();
    return { next, epoch };
  }

  async *runs(fromSequence: bigint): AsyncIterable<LogRun> {
    for await (const frame of this.reader.frames(fromSequence)) {
      const run = runOf(frame);
      if (run.firstSequence + BigInt(run.rowCount) > fromSequence) yield run;
    }
  }

  async *rows(fromSequence: bigint): AsyncIterable<LoggedRows> {
    for await (const frame of this.reader.frames(fromSequence)) yield* entriesOf(frame);
  }

  async append(run: LogRun): Promise<void> {
    const { place } = await this.at(run.epoch);
    if (run.firstSequence !== place.next || run.epoch !== place.epoch) {
      const message = `${this.log} goes on with ${place.next} of epoch ${place.epoch}, not with ${run.firstSequence} of ${run.epoch}`;
      throw new PlumblineError('CONFLICT', message);
    }
    for (const message of messagesOf(place, encodeRun(run), this.maxMessageBytes)) await this.send([message]);
    const { last } = await this.written();
    this.move({ ...place, offset: last, next: place.next + BigInt(run.rowCount) });
  }

  async raise(epoch: bigint): Promise<void> {
    await this.at(epoch);
  }

  /** Where it stands, once an epoch was begun, and all before it. */
  private async at(epoch: bigint): Promise<Written> {
    for (;;) {
      const { place } = await this.written();
      if (place.epoch >= epoch) return this.written();
      const count = Number(epoch - place.epoch < EPOCHS_AT_ONCE ? epoch - place.epoch : EPOCHS_AT_ONCE);
      await this.send(
        Array.from({ length: count }, (_, i) =>
          encodeMessage({
            ...{ kind: 'epoch', epoch: place.epoch + BigInt(i + 1), known: place },
            ...{ part: 0, parts: 1, body: this.id },
          }),
        ),
      );
      const { last } = await this.written();
      this.move({
        ...place,
        offset: last,
        epoch: place.epoch + BigInt(count),
        owner: this.id.toString('hex'),
      });
    }
  }

  private async send(messages: readonly Buffer[]): Promise<void> {
    const { place, last } = await this.written();
    const offset = await this.partition.append(messages).catch((error: unknown) => {
      // What became of it is read when it is asked for next.
      this.writing = null;
      throw error;
    });
    if (offset !== last + 1n) {
      this.writing = null;
      throw new PlumblineError(
        'UNAVAILABLE',
        `${this.log} is written by somebody else too; stop whoever does`,
      );
    }
    this.writing = Promise.resolve({ place, last: offset + BigInt(messages.length) - 1n });
  }

  private move(place: LogPlace): void {
    this.writing = Promise.resolve({ place, last: place.offset });
  }

  private written(): Promise<Written> {
    this.writing ??= this.begin();
    return this.writing;
  }

  /** Behind what counts there may be a part of a frame that was cut short: it never will. */
  private async begin(): Promise<Written> {
    await this.partition.prepare();
    return { place: await this.reader.end(), last: await this.reader.lastOffset() };
  }
}

type Written = {
  /** Where the log stands behind what counts. */
  readonly place: LogPlace;
  /** Offset of the last message, whatever it is. */
  readonly last: bigint;
};
