import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { PlumblineError } from '../definition/error.js';
import type { MovingPart, Say } from './moving-part.js';
import { tenths } from './tenths.js';

export type FilesFolder = {
  readonly from: string;
  readonly to: string;
  /** Whether what has this name in the folder is of the installation's files: not another part's, or of a process. */
  readonly holds: (name: string) => boolean;
};

/** What else lies in the data folder: history, identities, models, training sets, results of jobs, the log of answers, uploads. */
export class FilesPart implements MovingPart {
  readonly name = 'files';

  constructor(private readonly folders: readonly FilesFolder[]) {}

  async summary(): Promise<string> {
    return filesText(await this.files('from'));
  }

  async inTheWay(): Promise<string | null> {
    const files = await this.files('to');
    return files.length === 0 ? null : filesText(files);
  }

  async move(say: Say): Promise<void> {
    const files = await this.files('from');
    const tell = tenths((percent) => say(`${percent} %`));
    const total = bytesOf(files);
    let done = 0;
    for (const file of files) {
      await copy(file);
      done += file.sizeBytes;
      tell(done, total);
    }
  }

  async verify(): Promise<string> {
    const files = await this.files('from');
    for (const { from, to } of files) {
      const [wanted, found] = await Promise.all([from, to].map(digestOf));
      if (wanted === found) continue;
      // The next try copies it again, whatever its size and time.
      await rm(to, { force: true });
      const message = `file ${to} differs from ${from}; does a service run on either? Stop it and run this again`;
      throw new PlumblineError('INTERNAL', message);
    }
    return filesText(files);
  }

  /** Those that are on that side. */
  private async files(side: 'from' | 'to'): Promise<readonly MovedFile[]> {
    return (await Promise.all(this.folders.map((folder) => filesIn(folder, side)))).flat();
  }
}

/** Sizes and times are those of the side that was looked at. */
type MovedFile = {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
};

async function filesIn(folder: FilesFolder, side: 'from' | 'to'): Promise<readonly MovedFile[]> {
  const root = folder[side];
  if (!existsSync(root)) return [];
  const files: MovedFile[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name));
    const isHeld = folder.holds(path.split(/[\\/]/, 1)[0]!) && !path.endsWith(UNFINISHED);
    if (!entry.isFile() || !isHeld) continue;
    const { size, mtimeMs } = await stat(join(root, path));
    const [from, to] = [join(folder.from, path), join(folder.to, path)];
    files.push({ from, to, sizeBytes: size, modifiedMs: Math.floor(mtimeMs) });
  }
  return files;
}

/** A file is there whole or not at all; one of the same size and time is there already. */
async function copy({ from, to, sizeBytes, modifiedMs }: MovedFile): Promise<void> {
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
