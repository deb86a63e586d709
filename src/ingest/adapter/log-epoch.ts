import { existsSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { PlumblineError } from '../../definition/error.js';

/** Digits of an epoch in its file. */
const DIGITS = 20;

/** Who owns a log: each opening takes the next epoch, and whoever opened it before may write no more (S9). */
export class LogEpoch {
  private constructor(
    private readonly file: FileHandle,
    readonly number: bigint,
  ) {}

  /** Takes the log in `folder` over from its last owner. */
  static async take(folder: string): Promise<LogEpoch> {
    const file = await fileIn(folder);
    const number = newestIn(file) + 1n;
    await note(file, number);
    return new LogEpoch(file, number);
  }

  /** The newest one that an owner of the log in `folder` took; 0 before the first. */
  static async newest(folder: string): Promise<bigint> {
    if (!existsSync(join(folder, 'epoch'))) return 0n;
    const file = await fileIn(folder);
    try {
      return newestIn(file);
    } finally {
      await file.close();
    }
  }

  /** The next owner takes an epoch behind this one. */
  static async raise(folder: string, epoch: bigint): Promise<void> {
    const file = await fileIn(folder);
    try {
      if (newestIn(file) < epoch) await note(file, epoch);
    } finally {
      await file.close();
    }
  }

  /** Throws UNAVAILABLE when another owner has come. Asked before every write, so it must cost next to nothing. */
  require(): void {
    const newest = newestIn(this.file);
    if (newest === this.number) return;
    const message = `the log is owned by epoch ${newest} now, this process had ${this.number}; it must stop writing`;
    throw new PlumblineError('UNAVAILABLE', message);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

async function fileIn(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'epoch');
  await open(path, 'a+').then((made) => made.close());
  return open(path, 'r+');
}

async function note(file: FileHandle, epoch: bigint): Promise<void> {
  await file.write(String(epoch).padStart(DIGITS, '0'), 0);
  await file.sync();
}

function newestIn(file: FileHandle): bigint {
  const digits = Buffer.alloc(DIGITS);
  const bytesRead = readSync(file.fd, digits, 0, DIGITS, 0);
  return bytesRead === 0 ? 0n : BigInt(digits.toString('latin1', 0, bytesRead));
}
