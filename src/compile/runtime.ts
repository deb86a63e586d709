// biome-ignore-all lint/performance/noNamespaceImport: generated code calls whatever these files export
import { floorDivide, formatDate } from '../definition/time.js';
import { compareBytes } from '../definition/value.js';
import * as array from './runtime/array.js';
import * as bytes from './runtime/bytes.js';
import * as expLn from './runtime/exp-ln.js';
import * as like from './runtime/like.js';
import * as number from './runtime/number.js';
import * as split from './runtime/split.js';
import * as text from './runtime/text.js';
import * as timePart from './runtime/time-part.js';
import * as timeText from './runtime/time-text.js';

/** What generated kernels call, as `rt.<name>`; each function is total and returns null for NULL (S6). */
export const RUNTIME = {
  compareBytes,
  floorDivide,
  formatDate,
  ...array,
  ...bytes,
  ...expLn,
  ...like,
  ...number,
  ...split,
  ...text,
  ...timePart,
  ...timeText,
} as const;
