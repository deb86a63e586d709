import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PlumblineError } from '../../definition/error.js';
import { type LogEntry, type LoggedRows, lastOf, type SourceLog } from '../log.js';
import { decodeRecord, encodeRecord, type RecordHeader } from './log-record.js';
import { SegmentFolder } from './log-segment.js';

/** Bytes that may wait for one durable write; beyond that the doors wait. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024;

/**
 * The log in files of the data folder, one folder a source, one partition a source: a row's sequence is its place in the
 * log of every entity of the source. What arrives while a write is under way is written together (group commit).
 */
export class EmbeddedLog implements SourceLog {
  private readonly sources = new Map<string, Promise<SourceFiles>>();
  private closed = false;

  constructor(private readonly folder: string) {}

  async append(source: string, entry: LogEntry): Promise<LoggedRows> {
    return (await this.open(source)).append(entry);
  }

  async *read(source: string, fromSequence: bigint): AsyncIterable<LoggedRows> {
    yield* (await this.open(source)).read(fromSequence);
  }

  async lastSequence(source: string): Promise<bigint> {
    return (await this.open(source)).lastSequence();
  }

  async rowsOfFile(source: string, contentHash: string): Promise<number> {
    return (await this.open(source)).rowsOfFile(contentHash);
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
  }

  private async open(source: string): Promise<SourceFiles> {
    // Once closed, the files may be another process's.
    if (this.closed) throw new PlumblineError('UNAVAILABLE', 'the service is stopping; try again later');
    const known = this.sources.get(source);
    if (known !== undefined) return known;
    // Folder names are digests: source names are not safe as file names on every system.
    const digest = createHash('sha256').update(source).digest('hex').slice(0, 16);
    const opened = SourceFiles.open(join(this.folder, digest));
    this.sources.set(source, opened);
    return opened;
  }
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
  private readonly fileRows = new Map<string, number>();

  private constructor(
    private readonly segments: SegmentFolder,
    private next: bigint,
    private durable: bigint,
  ) {}

  static async open(folder: string): Promise<SourceFiles> {
    await mkdir(folder, { recursive: true });
    const headers: RecordHeader[] = [];
    const segments = await SegmentFolder.open(folder, (header) => headers.push(header));
    const last = headers.at(-1);
    const next = last === undefined ? 0n : last.firstSequence + BigInt(last.rowCount);
    const files = new SourceFiles(segments, next, next - 1n);
    for (const header of headers) files.noteFile(header);
    return files;
  }

  append(entry: LogEntry): Promise<LoggedRows> {
    if (this.broken !== null) {
      throw new PlumblineError(
        'UNAVAILABLE',
        `the log cannot be written: ${this.broken.message}; free disk space and restart`,
      );
    }
    const logged: LoggedRows = { ...entry, firstSequence: this.next };
    const bytes = encodeRecord(logged);
    this.next += BigInt(entry.rows.rowCount);
    return new Promise((resolve, reject) => {
      this.pending.push({ bytes, logged, resolve, reject });
      this.writing ??= this.writeGroups();
    });
  }

  async *read(fromSequence: bigint): AsyncIterable<LoggedRows> {
    const end = this.durable;
    for await (const bytes of this.segments.records(fromSequence, end)) yield decodeRecord(bytes);
  }

  lastSequence(): bigint {
    return this.durable;
  }

  rowsOfFile(contentHash: string): number {
    return this.fileRows.get(contentHash) ?? 0;
  }

  async close(): Promise<void> {
    await this.writing;
    await this.segments.close();
  }

  private async writeGroups(): Promise<void> {
    while (this.pending.length > 0) {
      const group = this.takeGroup();
      try {
        await this.segments.append(
          group.map(({ bytes }) => bytes),
          group[0]!.logged.firstSequence,
        );
        this.durable = lastOf(group.at(-1)!.logged);
        for (const { logged, resolve } of group) {
          this.noteFile({
            firstSequence: logged.firstSequence,
            rowCount: logged.rows.rowCount,
            door: logged.door,
          });
          resolve(logged);
        }
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

  private noteFile({ door, rowCount }: Pick<RecordHeader, 'door' | 'rowCount' | 'firstSequence'>): void {
    if (door.kind === 'file') this.fileRows.set(door.contentHash, door.firstOrdinal + rowCount);
  }
}
