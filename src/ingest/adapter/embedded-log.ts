import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PlumblineError } from '../../definition/error.js';
import { type LogEntry, type LoggedRows, lastOf, type SourceLog } from '../log.js';
import { LogEpoch } from './log-epoch.js';
import { encodeEntry, encodeFrame, entriesOf, headerOf } from './log-frame.js';
import { SegmentFolder } from './log-segment.js';

/** Bytes that may wait for one durable write; beyond that the doors wait. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/**
 * The log in files of the data folder, one folder a source, one partition a source: a row's sequence is its place in the
 * log of every entity of the source. What arrives while a write is under way is written together (group commit).
 */
export class EmbeddedLog implements SourceLog {
  private readonly sources = new Map<string, Promise<SourceFiles>>();
  private owner: Promise<LogEpoch> | null = null;
  private readonly released = new Set<string>();
  private stopped = false;
  private closed = false;

  constructor(private readonly folder: string) {}

  async append(source: string, entry: LogEntry): Promise<LoggedRows> {
    if (this.stopped) throw stopping();
    this.requireOwned(source);
    return (await this.open(source)).append(entry);
  }

  async *read(source: string, fromSequence: bigint): AsyncIterable<LoggedRows> {
    yield* (await this.open(source)).read(fromSequence);
  }

  async lastSequence(source: string): Promise<bigint> {
    return (await this.open(source)).lastSequence();
  }

  async epoch(source: string): Promise<bigint> {
    this.requireOwned(source);
    return (await this.own()).number;
  }

  async take(source: string): Promise<bigint> {
    this.released.delete(source);
    return this.epoch(source);
  }

  async release(source: string): Promise<void> {
    this.released.add(source);
    await (await this.sources.get(source))?.idle();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const files of this.sources.values())
      await files.then(
        (opened) => opened.idle(),
        () => undefined,
      );
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const files of this.sources.values()) {
      // What could not be opened has nothing to close.
      await files.then(
        (opened) => opened.close(),
        () => undefined,
      );
    }
    this.sources.clear();
    await this.owner?.then(
      (epoch) => epoch.close(),
      () => undefined,
    );
  }

  private requireOwned(source: string): void {
    if (!this.released.has(source)) return;
    throw new PlumblineError('UNAVAILABLE', `the log of source "${source}" is not owned by this process now`);
  }

  private own(): Promise<LogEpoch> {
    this.owner ??= LogEpoch.take(this.folder);
    return this.owner;
  }

  private async open(source: string): Promise<SourceFiles> {
    // Once closed, the files may be another process's.
    if (this.closed) throw stopping();
    const known = this.sources.get(source);
    if (known !== undefined) return known;
    const opened = this.own().then((epoch) => SourceFiles.open(folderOf(this.folder, source), epoch));
    this.sources.set(source, opened);
    return opened;
  }
}

/** Where the segments of a source are. Names are digests: those of sources are not safe as file names on every system. */
export function folderOf(logFolder: string, source: string): string {
  const digest = createHash('sha256').update(source).digest('hex').slice(0, 16);
  return join(logFolder, digest);
}

function stopping(): PlumblineError {
  return new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
}

type Pending = {
  readonly bytes: Buffer;
  readonly logged: LoggedRows;
  readonly resolve: (logged: LoggedRows) => void;
  readonly reject: (error: Error) => void;
};

/** The log of one source. */
class SourceFiles {
  private pending: Pending[] = [];
  private writing: Promise<void> | null = null;
  private broken: Error | null = null;
  private next: bigint;
  private durable: bigint;

  private constructor(
    private readonly segments: SegmentFolder,
    private readonly epoch: LogEpoch,
  ) {
    this.next = segments.next;
    this.durable = segments.next - 1n;
  }

  static async open(folder: string, epoch: LogEpoch): Promise<SourceFiles> {
    await mkdir(folder, { recursive: true });
    return new SourceFiles(await SegmentFolder.open(folder), epoch);
  }

  append(entry: LogEntry): Promise<LoggedRows> {
    if (this.broken !== null) {
      throw new PlumblineError(
        'UNAVAILABLE',
        `the log cannot be written: ${this.broken.message}; mend the cause and restart`,
      );
    }
    const logged: LoggedRows = { ...entry, firstSequence: this.next, epoch: this.epoch.number };
    const bytes = encodeEntry(entry);
    this.next += BigInt(entry.rows.rowCount);
    return new Promise((resolve, reject) => {
      this.pending.push({ bytes, logged, resolve, reject });
      this.writing ??= this.writeGroups();
    });
  }

  async *read(fromSequence: bigint): AsyncIterable<LoggedRows> {
    const end = this.durable;
    for await (const frame of this.segments.frames(fromSequence, end)) {
      for (const logged of entriesOf(frame))
        if (lastOf(logged) >= fromSequence && logged.firstSequence <= end) yield logged;
    }
  }

  lastSequence(): bigint {
    return this.durable;
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.writing;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.segments.close();
  }

  private async writeGroups(): Promise<void> {
    while (this.pending.length > 0) {
      const group = this.takeGroup();
      try {
        this.epoch.require();
        const logged = group.map((each) => each.logged);
        const frame = encodeFrame(
          group.map(({ bytes }) => bytes),
          logged,
        );
        await this.segments.append(frame, headerOf(logged));
        this.durable = lastOf(logged.at(-1)!);
        for (const each of group) each.resolve(each.logged);
      } catch (error) {
        // Sequences after a failed write would leave a gap, so nothing is taken until the log is opened anew.
        this.broken = error instanceof Error ? error : new Error(String(error));
        for (const { reject } of [...group, ...this.pending]) reject(this.broken);
        this.pending = [];
      }
    }
    this.writing = null;
  }

  private takeGroup(): Pending[] {
    let bytes = 0;
    let count = 0;
    while (count < this.pending.length && (count === 0 || bytes < MAX_GROUP_BYTES))
      bytes += this.pending[count++]!.bytes.length;
    return this.pending.splice(0, count);
  }
}
