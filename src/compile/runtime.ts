// biome-ignore-all lint/performance/noNamespaceImport: generated code calls whatever these files export
import { floorDivide, formatDate } from '../definition/time.js';
import { compareBytes } from '../definition/value.js';
import * as array from './runtime/array.js';
import * as bytes from './runtime/bytes.js';
import * as codePoints from './runtime/code-points.js';
import * as digest from './runtime/digest.js';
import * as editDistance from './runtime/edit-distance.js';
import * as encoding from './runtime/encoding.js';
import * as expLn from './runtime/exp-ln.js';
import * as farmFingerprint from './runtime/farm-fingerprint.js';
import * as letterCase from './runtime/letter-case.js';
import * as like from './runtime/like.js';
import * as normalize from './runtime/normalize.js';
import * as number from './runtime/number.js';
import * as pad from './runtime/pad.js';
import * as search from './runtime/search.js';
import * as soundex from './runtime/soundex.js';
import * as split from './runtime/split.js';
import * as text from './runtime/text.js';
import * as timePart from './runtime/time-part.js';
import * as timeText from './runtime/time-text.js';
import * as trim from './runtime/trim.js';
import * as utf8Text from './runtime/utf8-text.js';

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
  ...codePoints,
  ...digest,
  ...editDistance,
  ...encoding,
  ...farmFingerprint,
  ...letterCase,
  ...normalize,
  ...pad,
  ...search,
  ...soundex,
  ...trim,
  ...utf8Text,
} as const;
