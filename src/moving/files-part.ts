import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlumblineError } from '../definition/error.js';
import type { MovingPart, Say } from './moving-part.js';
import { tenths } from './tenths.js';

export type FilesPartFolders = {
  readonly from: string;
  readonly to: string;
  /** Names in the folder of what is no file of an installation: another part's, or of a process. */
  readonly left: ReadonlySet<string>;
};

/** What else lies in the data folder: history, identities, models, training sets, results of jobs, the log of answers, uploads. */
export class FilesPart implements MovingPart {
  readonly name = 'files';

  constructor(private readonly folders: FilesPartFolders) {}

  async summary(): Promise<string> {
    return filesText(await this.filesIn(this.folders.from));
  }

  async inTheWay(): Promise<string | null> {
    const files = await this.filesIn(this.folders.to);
    return files.length === 0 ? null : filesText(files);
  }

  async move(say: Say): Promise<void> {
    const files = await this.filesIn(this.folders.from);
    const tell = tenths((percent) => say(`${percent} %`));
    const total = bytesOf(files);
    let done = 0;
    for (const file of files) {
      await this.copy(file);
      done += file.sizeBytes;
      tell(done, total);
    }
  }

  async verify(): Promise<string> {
    const { from, to } = this.folders;
    const files = await this.filesIn(from);
    for (const { path } of files) {
      const [wanted, found] = await Promise.all([from, to].map((folder) => digestOf(join(folder, path))));
      if (wanted === found) continue;
      // The next try copies it again, whatever its size and time.
      await rm(join(to, path), { force: true });
      const message = `file ${path} in ${to} differs from that in ${from}; does a service run on either? Stop it and run this again`;
      throw new PlumblineError('INTERNAL', message);
    }
    return filesText(files);
  }

  /** A file is there whole or not at all; one of the same size and time is there already. */
  private async copy({ path, sizeBytes, modifiedMs }: MovedFile): Promise<void> {
    const [from, to] = [join(this.folders.from, path), join(this.folders.to, path)];
    const there = existsSync(to) ? await stat(to) : null;
    if (there !== null && there.size === sizeBytes && Math.round(there.mtimeMs) === modifiedMs) return;
    await mkdir(dirname(to), { recursive: true });
    const unfinished = `${to}${UNFINISHED}`;
    await copyFile(from, unfinished);
    const seconds = modifiedMs / 1000;
    await utimes(unfinished, seconds, seconds);
    const file = await open(unfinished, 'r');
    await file.sync();
    await file.close();
    await rename(unfinished, to);
  }

  private async filesIn(folder: string): Promise<readonly MovedFile[]> {
    if (!existsSync(folder)) return [];
    const files: MovedFile[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const path = relative(folder, join(entry.parentPath, entry.name));
      if (!entry.isFile() || path.endsWith(UNFINISHED) || this.folders.left.has(path.split(/[\\/]/, 1)[0]!))
        continue;
      const { size, mtimeMs } = await stat(join(folder, path));
      files.push({ path, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) });
    }
    return files;
  }
}

type MovedFile = { readonly path: string; readonly sizeBytes: number; readonly modifiedMs: number };

/** Behind the name of a file that is being copied. */
const UNFINISHED = '.moving';

async function digestOf(path: string): Promise<string | null> {
  if (!existsSync(path)) return null;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function bytesOf(files: readonly MovedFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function filesText(files: readonly MovedFile[]): string {
  return `${files.length} files of ${bytesOf(files)} bytes`;
}
