import { PlumblineError } from '../../definition/error.js';
import type { LeastSequence } from '../store.js';

/** What a lookup is told that wants rows which are not there yet. */
export function tooEarly({ source, sequence }: LeastSequence, found: bigint): PlumblineError {
  const message = `online state has the rows of source "${source}" up to ${found}, not up to ${sequence} yet; try again, or ask without minSequence`;
  return new PlumblineError('UNAVAILABLE', message, { path: '/minSequence' });
}
