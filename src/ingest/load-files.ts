import { readdir, stat } from 'node:fs/promises';
import { join, matchesGlob } from 'node:path';
import { PlumblineError } from '../definition/error.js';
import type { DataRoots } from './data-roots.js';
import { type FileKind, kindOf } from './file-kind.js';
import type { LoadRequest } from './load-request.js';

export type FileToLoad = { readonly path: string; readonly kind: FileKind };

/** Files of one load at most. */
const MAX_FILES = 10_000;

/**
 * The files that a request names, sorted by path; a folder stands for every file below it. Throws PATH_NOT_ALLOWED,
 * NOT_FOUND, and INVALID_FILE where a name tells no format.
 */
export async function filesToLoad(roots: DataRoots, request: LoadRequest): Promise<readonly FileToLoad[]> {
  const path = await roots.resolve(request.path);
  if (!(await stat(path)).isDirectory()) return [{ path, kind: kindOf(path, request) }];
  const within = await filesBelow(path, request.pattern ?? '**');
  const files = await Promise.all(within.map((name) => roots.resolve(join(path, name))));
  return files.sort().map((file) => ({ path: file, kind: kindOf(file, request) }));
}

async function filesBelow(folder: string, pattern: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => matchesGlob(name, pattern));
  if (names.length > 0 && names.length <= MAX_FILES) return names;
  const what = names.length === 0 ? 'no file' : `${names.length} files, more than ${MAX_FILES},`;
  const message = `"${folder}" has ${what} that matches "${pattern}"; name another folder or pattern`;
  throw new PlumblineError(names.length === 0 ? 'NOT_FOUND' : 'INVALID_REQUEST', message, { path: '/path' });
}
