import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { PlumblineError } from '../../definition/error.js';
import type { CopiedLog, LogEnd, LogRun } from '../copied-log.js';
import type { LoggedRows } from '../log.js';
import { folderOf } from './embedded-log.js';
import { LogEpoch } from './log-epoch.js';
import { encodeRun, entriesOf, runOf } from './log-frame.js';
import { SegmentFolder } from './log-segment.js';

/** Bytes of a frame: a segment of them is read into memory. */
const RUN_BYTES = 8 * 1024 ** 2;

/** The log in files of the data folder, copied. One epoch is that of all sources, the greatest. */
export class EmbeddedLogCopy implements CopiedLog {
  readonly runBytes = RUN_BYTES;
  private readonly opened = new Map<string, SegmentFolder>();

  constructor(private readonly folder: string) {}

  async end(source: string): Promise<LogEnd> {
    const segments = await this.segments(source);
    return { next: segments?.next ?? 0n, epoch: await LogEpoch.newest(this.folder) };
  }

  async *runs(source: string, fromSequence: bigint): AsyncIterable<LogRun> {
    for await (const frame of this.frames(source, fromSequence)) yield runOf(frame);
  }

  async *rows(source: string, fromSequence: bigint): AsyncIterable<LoggedRows> {
    for await (const frame of this.frames(source, fromSequence)) yield* entriesOf(frame);
  }

  async append(source: string, run: LogRun): Promise<void> {
    await mkdir(folderOf(this.folder, source), { recursive: true });
    const segments = (await this.segments(source))!;
    if (run.firstSequence !== segments.next) {
      const message = `the log of source "${source}" goes on with ${segments.next}, not with ${run.firstSequence}`;
      throw new PlumblineError('CONFLICT', message);
    }
    await segments.append(encodeRun(run), run);
  }

  async raise(_source: string, epoch: bigint): Promise<void> {
    await LogEpoch.raise(this.folder, epoch);
  }

  async close(): Promise<void> {
    for (const segments of this.opened.values()) await segments.close();
    this.opened.clear();
  }

  private async *frames(source: string, fromSequence: bigint): AsyncIterable<Buffer> {
    const segments = await this.segments(source);
    if (segments !== null) yield* segments.frames(fromSequence, segments.next - 1n);
  }

  /** Null where nothing was ever written of it. */
  private async segments(source: string): Promise<SegmentFolder | null> {
    const known = this.opened.get(source);
    if (known !== undefined) return known;
    const folder = folderOf(this.folder, source);
    if (!existsSync(folder)) return null;
    const segments = await SegmentFolder.open(folder);
    this.opened.set(source, segments);
    return segments;
  }
}
