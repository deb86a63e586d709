import { PlumblineError } from '../definition/error.js';
import { isJsonObject } from '../definition/json-columns.js';
import { pointerToken } from './json-pointer.js';

/** Routes that take no body let an empty object pass. Throws INVALID_REQUEST. */
export function requireNoBody(body: unknown): void {
  if (body === undefined || body === null) return;
  const names = isJsonObject(body) ? Object.keys(body) : ['body'];
  if (names.length === 0) return;
  const problems = names.map((name) => ({
    path: pointerToken(name),
    message: `"${name}" is no known property; this route takes none`,
  }));
  const listed = problems.map(({ message }) => message).join('; ');
  throw new PlumblineError('INVALID_REQUEST', `the request is refused: ${listed}`, { problems });
}
