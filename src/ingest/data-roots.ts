import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { PlumblineError } from '../definition/error.js';

/** The folders whose files callers may load. */
export class DataRoots {
  constructor(private readonly roots: readonly string[]) {}

  /**
   * The real path of a file that a caller named, links followed. Throws PATH_NOT_ALLOWED outside the roots, whether or
   * not the file exists there, and NOT_FOUND inside them.
   */
  async resolve(path: string): Promise<string> {
    const named = resolve(path);
    const roots = await Promise.all(this.roots.map(realOrNamed));
    if (
      !roots.some((root) => isInside(root, named)) &&
      !this.roots.some((root) => isInside(resolve(root), named))
    ) {
      throw this.refusal(path);
    }
    const real = await realpath(named).catch(() => null);
    if (real === null) {
      throw new PlumblineError('NOT_FOUND', `there is no file "${path}"`, { path: '/path' });
    }
    if (!roots.some((root) => isInside(root, real))) throw this.refusal(path);
    return real;
  }

  private refusal(path: string): PlumblineError {
    const message = `"${path}" lies outside the allowed data roots; put it there, or let the operator add its folder to dataRoots`;
    return new PlumblineError('PATH_NOT_ALLOWED', message, { path: '/path' });
  }
}

async function realOrNamed(root: string): Promise<string> {
  return realpath(root).catch(() => resolve(root));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}
