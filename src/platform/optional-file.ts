import { readFile, stat } from 'node:fs/promises';

/** The text of a file that may not be there; null where it is not. Throws for one that is there and cannot be read. */
export function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(nothingWhereMissing);
}

/** Whether a file is there. Throws where that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(nothingWhereMissing)) !== null;
}

function nothingWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
