import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PlumblineError } from '../definition/error.js';

/** A file's content by name, and how to see that it is still the same. */
export class FileIdentity {
  private constructor(
    private readonly path: string,
    /** SHA-256 of its bytes, hexadecimal (S11). */
    readonly contentHash: string,
    private readonly mark: string,
  ) {}

  /** Reads the whole file. */
  static async of(path: string, signal: AbortSignal): Promise<FileIdentity> {
    const mark = await markOf(path);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES, signal })) {
      hash.update(chunk as Buffer);
    }
    const identity = new FileIdentity(path, hash.digest('hex'), mark);
    await identity.requireUnchanged();
    return identity;
  }

  /** Throws INVALID_FILE when the file was written to, replaced or removed since. */
  async requireUnchanged(): Promise<void> {
    if ((await markOf(this.path).catch(() => null)) === this.mark) return;
    const message = `"${this.path}" changed while it was loaded; load a file that nobody writes to`;
    throw new PlumblineError('INVALID_FILE', message, { path: 'file' });
  }
}

const READ_BYTES = 1024 ** 2;

async function markOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}
