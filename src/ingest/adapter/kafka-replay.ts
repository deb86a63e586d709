import { PlumblineError } from '../../definition/error.js';
import { decodeMessage, type LogMessage, type LogPlace } from './kafka-message.js';
import { readFrame } from './log-frame.js';
import type { StoredMessage } from './log-partition.js';

/**
 * Which messages of a log on Kafka count (ADR 13), told from the messages alone, so that every reader says the same:
 *
 * - an epoch, if it is one more than the one in force: of two who begin one, the first has it;
 * - a frame, if all its parts are of the epoch in force, and its rows are the next ones.
 *
 * Begins at a known place and takes every message behind it, in order.
 */
export class LogReplay {
  private parts: Buffer[] = [];
  /** Behind the last message that ended what was half read. */
  private known: LogPlace;
  private state: LogPlace;

  constructor(
    private readonly log: string,
    from: LogPlace,
  ) {
    this.known = from;
    this.state = from;
  }

  /** Where the log stands behind the last message, without what is half read. */
  get place(): LogPlace {
    return this.known;
  }

  /** The offset of the last message that was taken. */
  get offset(): bigint {
    return this.state.offset;
  }

  /** Takes the next message. Gives a whole frame when this ends one that counts, else null. Throws INTERNAL for damage. */
  take({ offset, value }: StoredMessage): Buffer | null {
    if (offset !== this.state.offset + 1n)
      throw this.damage(`lacks what was at ${this.state.offset + 1n}`, offset);
    const message = decodeMessage(value);
    if (message === null) throw this.damage('has a message that this service did not write', offset);
    this.state = { ...this.state, offset };
    const frame = message.kind === 'epoch' ? this.takeEpoch(message) : this.takePart(message);
    if (this.parts.length === 0) this.known = this.state;
    return frame;
  }

  private takeEpoch({ epoch, body }: LogMessage): null {
    if (epoch !== this.state.epoch + 1n) return null;
    this.parts = [];
    this.state = { ...this.state, epoch, owner: body.toString('hex') };
    return null;
  }

  private takePart({ epoch, part, parts, body }: LogMessage): Buffer | null {
    if (epoch !== this.state.epoch) return null;
    if (part === 0) this.parts = [];
    // The rest of a frame whose beginning does not count, as it was begun before the place from which we read.
    if (part !== this.parts.length) return null;
    this.parts.push(body);
    if (part + 1 < parts) return null;
    const frame = this.parts.length === 1 ? body : Buffer.concat(this.parts);
    this.parts = [];
    return this.takeFrame(frame);
  }

  private takeFrame(frame: Buffer): Buffer | null {
    const header = readFrame(frame);
    if (header === null) throw this.damage('has a frame that is not as it was written', this.state.offset);
    // A client that sends the same again unasked does no harm.
    if (header.firstSequence < this.state.next) return null;
    if (header.firstSequence > this.state.next)
      throw this.damage(`lacks rows from sequence ${this.state.next} on`, this.state.offset);
    this.state = { ...this.state, next: header.firstSequence + BigInt(header.rowCount) };
    return frame;
  }

  private damage(what: string, offset: bigint): PlumblineError {
    return new PlumblineError(
      'INTERNAL',
      `${this.log} ${what}, seen at offset ${offset}; nobody else may write to it or remove from it: restore it from a copy`,
    );
  }
}
