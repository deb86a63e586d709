import { DATE_PARTS } from './runtime/date-part.js';
import { TIME_PARTS } from './runtime/timestamp.js';

/** Whether a name is that of a part of a time, such as HOUR, in any case. */
export function isPartName(name: string): boolean {
  const upper = name.toUpperCase();
  return Object.hasOwn(DATE_PARTS, upper) || Object.hasOwn(TIME_PARTS, upper);
}
