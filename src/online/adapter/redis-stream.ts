import { PlumblineError } from '../../definition/error.js';
import type { RedisCalls, ScriptCall } from './redis-calls.js';
import type { RedisReply } from './redis-connection.js';
import { decodeMark, encodeMark, type Mark, NO_MARK } from './redis-mark.js';
import { WRITE_ROWS } from './redis-scripts.js';

/** A write of a stream, without the mark that its script checks and sets. */
export type StreamWrite = ScriptCall;

type Sent = { readonly call: ScriptCall; readonly mark: Mark };

/**
 * Writes that belong together, of a source or of a build, and their marks in every bucket. Each write goes through only
 * where the mark is as this stream left it, so whatever comes in between, or is lost, is noticed by the next write of the
 * bucket. All but the figures is to be called in turn.
 */
export class RedisStream {
  /** As they were left, by bucket; null when they are to be read. */
  private marks: readonly Mark[] | null = null;
  /** Something failed, so what is there is not known until it is asked for. */
  private isBroken = false;
  /** Buckets that were written since their marks moved. */
  private readonly touched = new Set<number>();
  private turn: Promise<unknown> = Promise.resolve();
  private to = -1n;

  constructor(
    private readonly calls: RedisCalls,
    /** Names it in the marks of a bucket, and in errors. */
    readonly name: string,
    private readonly onLoss: () => void,
  ) {}

  /** Rows up to this one were written; marks of some buckets may lag behind. */
  get through(): bigint {
    return this.to;
  }

  /** Whether some marks are behind. */
  get lags(): boolean {
    return this.marks?.some(({ sequence }) => sequence < this.to) ?? false;
  }

  /** What every bucket has of one epoch; -1 where that never was in one. */
  throughOf(epoch: bigint): bigint {
    return least(this.known().map((mark) => (mark.epoch === epoch ? mark.sequence : -1n)));
  }

  /** The latest one; -1 before any. */
  get epoch(): bigint {
    return greatest(this.known().map(({ epoch }) => epoch));
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Reads the marks: `through` is then what every bucket has. */
  async load(): Promise<void> {
    const marks = await this.stored();
    this.marks = marks;
    this.to = least(marks.map(({ sequence }) => sequence));
    this.isBroken = false;
    this.touched.clear();
  }

  /** Puts an owner's epoch in every bucket. Throws UNAVAILABLE when a later one is there. */
  async takeOver(epoch: bigint): Promise<void> {
    await this.ensureLoaded();
    this.requireEpoch(epoch);
    await this.renew((mark) => (mark.epoch < epoch ? { ...mark, epoch } : mark));
  }

  /** Begins with no rows under a later epoch, or goes on where it began so. */
  async beginAnew(epoch: bigint): Promise<void> {
    await this.ensureLoaded();
    this.requireEpoch(epoch);
    if (this.known().every((mark) => mark.epoch === epoch)) return;
    await this.renew((mark) => (mark.epoch < epoch ? { ...mark, epoch, sequence: -1n } : mark));
    this.to = this.throughOf(epoch);
  }

  /** Writes under the epoch that was taken over. */
  async write(writes: readonly StreamWrite[]): Promise<void> {
    const marks = [...this.known()];
    await this.send(writes.map((write) => this.next(marks, write)));
    for (const { bucket } of writes) this.touched.add(bucket);
  }

  /** Writes the last of some rows, and moves the marks of the buckets that they touched; the others follow. */
  async finish(writes: readonly StreamWrite[], through: bigint): Promise<void> {
    const sequence = later(through, this.to);
    const buckets = new Set([...this.touched, ...writes.map(({ bucket }) => bucket)]);
    const last = new Map(writes.map((write) => [write.bucket, write]));
    const marks = [...this.known()];
    const sent = writes.map((write) =>
      last.get(write.bucket) === write ? this.next(marks, write, sequence) : this.next(marks, write),
    );
    for (const bucket of buckets)
      if (!last.has(bucket)) sent.push(this.next(marks, this.nothing(bucket), sequence));
    await this.send(sent);
    this.touched.clear();
    this.to = sequence;
  }

  /** Moves the marks that lag behind. */
  async follow(): Promise<void> {
    await this.renew((mark) => (mark.sequence < this.to ? { ...mark, sequence: this.to } : mark));
  }

  /** Writes each mark anew: what was written before is there, or this fails. */
  async touch(): Promise<void> {
    await this.ensureLoaded();
    await this.renew((mark) =>
      mark.count === 0n ? mark : { ...mark, sequence: later(mark.sequence, this.to) },
    );
  }

  /** Whether what was written is still there, as far as that is known. */
  async check(): Promise<void> {
    const left = this.marks;
    if (left === null) return;
    const stored = await this.stored();
    const isLost = stored.some((mark, bucket) => mark.count < left[bucket]!.count);
    if (isLost && this.marks === left) throw this.lost();
  }

  /** Reads the marks where that was not done yet. Throws UNAVAILABLE where something failed since. */
  async ensureLoaded(): Promise<void> {
    if (this.isBroken) {
      const message = `${this.name} could not be written, and how far it is must be read first; try again`;
      throw new PlumblineError('UNAVAILABLE', message);
    }
    if (this.marks === null) await this.load();
  }

  private known(): readonly Mark[] {
    if (this.marks === null)
      throw new PlumblineError('UNAVAILABLE', `${this.name} is to be read first; try again`);
    return this.marks;
  }

  private async stored(): Promise<readonly Mark[]> {
    const { keys, allBuckets } = this.calls;
    const replies = await this.calls.run(
      allBuckets.map((bucket) => ({
        bucket,
        command: { name: 'HGET', args: [keys.marks(bucket), this.name] },
      })),
    );
    return replies.map(markOf);
  }

  private requireEpoch(epoch: bigint): void {
    if (this.epoch > epoch) throw this.fenced(this.epoch, epoch);
  }

  /** Writes the marks that a change makes others of. */
  private async renew(change: (mark: Mark) => Mark): Promise<void> {
    const sent: Sent[] = [];
    for (const [bucket, mark] of this.known().entries()) {
      const changed = change(mark);
      if (changed === mark) continue;
      const next = { ...changed, count: mark.count + 1n };
      sent.push({ mark: next, call: this.callOf(this.nothing(bucket), mark, next) });
    }
    await this.send(sent);
  }

  private next(marks: Mark[], write: StreamWrite, sequence?: bigint): Sent {
    const { bucket } = write;
    const before = marks[bucket]!;
    const mark = { ...before, sequence: sequence ?? before.sequence, count: before.count + 1n };
    marks[bucket] = mark;
    return { mark, call: this.callOf(write, before, mark) };
  }

  private callOf(write: StreamWrite, before: Mark, mark: Mark): ScriptCall {
    const { bucket } = write;
    return {
      ...write,
      keys: [this.calls.keys.marks(bucket), ...write.keys],
      args: [this.name, encodeMark(before), encodeMark(mark), ...write.args],
    };
  }

  private nothing(bucket: number): StreamWrite {
    return { bucket, script: WRITE_ROWS, keys: [], args: [] };
  }

  private async send(sent: readonly Sent[]): Promise<void> {
    if (sent.length === 0) return;
    const marks = [...this.known()];
    for (const { call, mark } of sent) marks[call.bucket] = mark;
    try {
      const replies = await this.calls.runScripts(sent.map(({ call }) => call));
      for (const [i, reply] of replies.entries()) this.requireDone(sent[i]!, reply, marks);
    } catch (error) {
      this.break();
      throw error;
    }
    this.marks = marks;
  }

  /** A write that was sent twice, since its first answer was lost, finds what it or a later one of its own left. */
  private requireDone({ call, mark }: Sent, reply: RedisReply, left: readonly Mark[]): void {
    if (reply === null) return;
    const held = markOf(reply);
    const isOwn = held.epoch === mark.epoch && held.count >= mark.count;
    if (isOwn && held.count <= left[call.bucket]!.count) return;
    throw held.epoch > mark.epoch ? this.fenced(held.epoch, mark.epoch) : this.lost();
  }

  private break(): void {
    this.marks = null;
    this.isBroken = true;
  }

  private fenced(newest: bigint, epoch: bigint): PlumblineError {
    const message = `${this.name} is owned by epoch ${newest} now, this process had ${epoch}; it must stop writing`;
    return new PlumblineError('UNAVAILABLE', message);
  }

  private lost(): PlumblineError {
    this.break();
    this.onLoss();
    const message = `Redis lost writes of ${this.name}, as a failover may; they are applied again from the log`;
    return new PlumblineError('UNAVAILABLE', message);
  }
}

function markOf(reply: RedisReply): Mark {
  return Buffer.isBuffer(reply) ? decodeMark(reply) : NO_MARK;
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function least(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (b < a ? b : a));
}

function greatest(numbers: readonly bigint[]): bigint {
  return numbers.reduce((a, b) => (b > a ? b : a));
}
