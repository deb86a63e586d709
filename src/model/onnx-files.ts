import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlumblineError } from '../definition/error.js';

/** What becomes a service on one machine; larger ones belong into a system made for them. */
export const MAX_ONNX_BYTES = 32 * 1024 ** 2;

/** ONNX files by the SHA-256 of their bytes, `<folder>/<hash>.onnx`; a file is never changed. */
export class OnnxFiles {
  constructor(private readonly folder: string) {}

  /** Keeps a file durably; its id is its SHA-256 in hexadecimal. */
  async save(bytes: Uint8Array): Promise<string> {
    const id = sha256(bytes);
    await mkdir(this.folder, { recursive: true });
    const unfinished = join(this.folder, `${id}.tmp-${randomUUID()}`);
    try {
      await writeFile(unfinished, bytes, { flush: true });
      await rename(unfinished, this.pathOf(id));
    } finally {
      await rm(unfinished, { force: true });
    }
    return id;
  }

  /** Throws NOT_FOUND, and INTERNAL for a file that is not what was kept. */
  async load(id: string): Promise<Uint8Array> {
    const bytes = await readFile(this.pathOf(id)).catch(() => {
      throw new PlumblineError('NOT_FOUND', `no ONNX file has the SHA-256 ${id}; upload it first`, {
        path: '/trainer/file',
      });
    });
    if (sha256(bytes) === id) return bytes;
    throw new PlumblineError('INTERNAL', `the ONNX file ${id} is damaged; upload it again`);
  }

  private pathOf(id: string): string {
    return join(this.folder, `${id}.onnx`);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
