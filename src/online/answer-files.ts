import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../platform/clock.js';
import type { AnswerLogLimits } from '../platform/configuration.js';

/** A file of lines that were appended one after the other. */
type Segment = {
  /** Rises from file to file. */
  readonly number: number;
  /** When it was begun, by the service clock. */
  readonly openedUs: bigint;
  sizeBytes: number;
};

/** Files that hold the log at its bounds: with each of them so much of it is forgotten at once. */
const SEGMENTS = 16;

/** A segment is read as a whole. */
const MAX_SEGMENT_BYTES = 32 * 2 ** 20;

const NAME = /^(\d+)-(-?\d+)\.ndjson$/;

/**
 * Lines of text in files of one folder, bounded in size and age: whole files go, the oldest first. They are not forced to disk:
 * what a power cut takes is missing from a sample.
 */
export class AnswerFiles {
  private readonly segments: Segment[];
  private current: FileHandle | null = null;

  constructor(
    private readonly folder: string,
    private readonly limits: Pick<AnswerLogLimits, 'maxBytes' | 'maxAgeUs'>,
    private readonly clock: Clock,
  ) {
    this.segments = segmentsIn(folder);
  }

  /** Appends whole lines; calls do not overlap. */
  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text, 'utf8');
    await this.endFull(bytes.length);
    await this.trim(bytes.length);
    this.current ??= await this.begin();
    await this.current.appendFile(bytes);
    this.segments.at(-1)!.sizeBytes += bytes.length;
  }

  /** Every whole line that begins with `start`, in the order in which they came, up to the last before the call. */
  async *lines(start: string): AsyncIterable<string> {
    for (const segment of [...this.segments]) {
      // One that is removed meanwhile holds nothing any more.
      const text = await readFile(this.pathOf(segment), 'utf8').catch(() => '');
      const lines = text.split('\n');
      // What stands behind the last end of a line is torn.
      lines.pop();
      for (const line of lines) if (line.startsWith(start)) yield line;
    }
  }

  async close(): Promise<void> {
    await this.current?.close();
    this.current = null;
  }

  /** Removes what is beyond the bounds, with so many bytes more; calls do not overlap with those of {@link append}. */
  async trim(moreBytes = 0): Promise<void> {
    const { maxBytes } = this.limits;
    const nowUs = this.clock.nowUs();
    let bytes = this.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, moreBytes);
    while (this.segments.length > 0) {
      const first = this.segments[0]!;
      // Lines come for so long after the file was begun, so all of them are older than the bound.
      const isOld = nowUs - first.openedUs > this.limits.maxAgeUs + this.longestUs();
      if (bytes <= maxBytes && !isOld) return;
      if (this.segments.length === 1) await this.close();
      this.segments.shift();
      await rm(this.pathOf(first), { force: true });
      bytes -= first.sizeBytes;
    }
  }

  /** Ends a file that is full or old. */
  private async endFull(moreBytes: number): Promise<void> {
    const last = this.segments.at(-1);
    if (last === undefined) return;
    const fullBytes = Math.min(MAX_SEGMENT_BYTES, Math.ceil(this.limits.maxBytes / SEGMENTS));
    const isFull = last.sizeBytes + moreBytes > fullBytes;
    if (isFull || this.clock.nowUs() - last.openedUs > this.longestUs()) await this.close();
  }

  /** For how long lines are appended to one file, microseconds. */
  private longestUs(): bigint {
    return this.limits.maxAgeUs / BigInt(SEGMENTS);
  }

  private async begin(): Promise<FileHandle> {
    const number = (this.segments.at(-1)?.number ?? 0) + 1;
    const segment: Segment = { number, openedUs: this.clock.nowUs(), sizeBytes: 0 };
    mkdirSync(this.folder, { recursive: true });
    const file = await open(this.pathOf(segment), 'a');
    this.segments.push(segment);
    return file;
  }

  private pathOf({ number, openedUs }: Segment): string {
    return join(this.folder, `${number}-${openedUs}.ndjson`);
  }
}

/** What earlier processes left; a new one begins a file of its own, as theirs may be torn at the end. */
function segmentsIn(folder: string): Segment[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder)
    .flatMap((name): Segment[] => {
      const match = NAME.exec(name);
      if (match === null) return [];
      const sizeBytes = statSync(join(folder, name)).size;
      return [{ number: Number(match[1]), openedUs: BigInt(match[2]!), sizeBytes }];
    })
    .sort((a, b) => a.number - b.number);
}
