import { PlumblineError } from '../definition/error.js';

/** The number of a trained version in a path. Throws NOT_FOUND for what is no version number. */
export function parseVersionNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new PlumblineError('NOT_FOUND', `"${text}" is no version; versions are numbered 1, 2, …`, {
    path: 'version',
  });
}
