import { readSync } from 'node:fs';
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
    await mkdir(folder, { recursive: true });
    const file = await open(join(folder, 'epoch'), 'a+').then(async (made) => {
      await made.close();
      return open(join(folder, 'epoch'), 'r+');
    });
    const number = newestIn(file) + 1n;
    await file.write(String(number).padStart(DIGITS, '0'), 0);
    await file.sync();
    return new LogEpoch(file, number);
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

function newestIn(file: FileHandle): bigint {
  const digits = Buffer.alloc(DIGITS);
  const bytesRead = readSync(file.fd, digits, 0, DIGITS, 0);
  return bytesRead === 0 ? 0n : BigInt(digits.toString('latin1', 0, bytesRead));
}
