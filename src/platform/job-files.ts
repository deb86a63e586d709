import { mkdirSync } from 'node:fs';
import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere, readIfThere } from './optional-file.js';

/** What a handler says of the file that it left as `result.<extension>` in its folder. */
export type ResultFileNote = {
  /** Without the dot, such as `parquet`. */
  readonly extension: string;
  readonly mediaType: string;
  /** Headers of the answer, such as `Plumbline-Report`. */
  readonly headers?: Readonly<Record<string, string>>;
};

export type ResultFile = Omit<ResultFileNote, 'extension'> & {
  readonly path: string;
  readonly sizeBytes: number;
};

const NOTE_FILE = 'result-note.json';

/** Called by a handler once its result file is whole: `…/jobs/{id}/result` answers with the file from then on. */
export async function noteResultFile(folder: string, note: ResultFileNote): Promise<void> {
  const unfinished = join(folder, `${NOTE_FILE}.tmp`);
  await writeFile(unfinished, JSON.stringify(note), { flush: true });
  await rename(unfinished, join(folder, NOTE_FILE));
}

/** The folders of jobs, `<root>/<id>`, with what their handlers keep there. */
export class JobFiles {
  constructor(private readonly root: string) {}

  /** Makes the job's folder where there is none. */
  folderOf(id: string): string {
    const folder = join(this.root, id);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** The file that the job's handler noted; null where there is none. `id` is known to be one of a job. */
  async result(id: string): Promise<ResultFile | null> {
    const text = await readIfThere(join(this.root, id, NOTE_FILE));
    if (text === null) return null;
    const { extension, ...rest } = JSON.parse(text) as ResultFileNote;
    const path = join(this.root, id, `result.${extension}`);
    const { size } = await stat(path);
    return { ...rest, path, sizeBytes: size };
  }

  /** Before another attempt: a result of the one before must not pass for its own. */
  async forgetResult(id: string): Promise<void> {
    await rm(join(this.root, id, NOTE_FILE), { force: true });
  }

  async remove(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.map((id) => rm(join(this.root, id), { recursive: true, force: true })));
  }

  /** Ids that have a folder. */
  async ids(): Promise<readonly string[]> {
    if (!(await isThere(this.root))) return [];
    const entries = await readdir(this.root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  }
}
