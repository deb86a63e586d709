// biome-ignore-all lint/performance/noNamespaceImport: generated code calls whatever these files export
import { floorDivide, formatDate } from '../definition/time.js';
import { compareBytes } from '../definition/value.js';
import * as array from './runtime/array.js';
import * as bits from './runtime/bits.js';
import * as bytes from './runtime/bytes.js';
import * as clock from './runtime/clock.js';
import * as codePoints from './runtime/code-points.js';
import * as computedPattern from './runtime/computed-pattern.js';
import * as cubeRoot from './runtime/cube-root.js';
import * as datePart from './runtime/date-part.js';
import * as dateUnit from './runtime/date-unit.js';
import * as digest from './runtime/digest.js';
import * as editDistance from './runtime/edit-distance.js';
import * as encoding from './runtime/encoding.js';
import * as exponential from './runtime/exponential.js';
import * as farmFingerprint from './runtime/farm-fingerprint.js';
import * as greatCircle from './runtime/great-circle.js';
import * as hyperbolic from './runtime/hyperbolic.js';
import * as inverseHyperbolic from './runtime/inverse-hyperbolic.js';
import * as inverseTrigonometry from './runtime/inverse-trigonometry.js';
import * as letterCase from './runtime/letter-case.js';
import * as like from './runtime/like.js';
import * as logarithm from './runtime/logarithm.js';
import * as normalize from './runtime/normalize.js';
import * as number from './runtime/number.js';
import * as numberText from './runtime/number-text.js';
import * as pad from './runtime/pad.js';
import * as power from './runtime/power.js';
import * as rangeBucket from './runtime/range-bucket.js';
import * as regularExpression from './runtime/regular-expression.js';
import * as search from './runtime/search.js';
import * as soundex from './runtime/soundex.js';
import * as split from './runtime/split.js';
import * as text from './runtime/text.js';
import * as timeFormat from './runtime/time-format.js';
import * as timeParse from './runtime/time-parse.js';
import * as timeText from './runtime/time-text.js';
import * as timestamp from './runtime/timestamp.js';
import * as timestampTrunc from './runtime/timestamp-trunc.js';
import * as trigonometry from './runtime/trigonometry.js';
import * as trim from './runtime/trim.js';
import * as utf8Text from './runtime/utf8-text.js';
import * as vector from './runtime/vector.js';

/** What generated kernels call, as `rt.<name>`; each function is total and returns null for NULL (S6). */
export const RUNTIME = {
  compareBytes,
  floorDivide,
  formatDate,
  ...array,
  ...bytes,
  ...clock,
  ...computedPattern,
  ...datePart,
  ...dateUnit,
  ...bits,
  ...cubeRoot,
  ...exponential,
  ...greatCircle,
  ...hyperbolic,
  ...inverseHyperbolic,
  ...inverseTrigonometry,
  ...logarithm,
  ...power,
  ...rangeBucket,
  ...regularExpression,
  ...trigonometry,
  ...vector,
  ...like,
  ...number,
  ...numberText,
  ...split,
  ...pad,
  ...search,
  ...text,
  ...timeFormat,
  ...timeParse,
  ...timeText,
  ...timestamp,
  ...timestampTrunc,
  ...trim,
  ...codePoints,
  ...digest,
  ...editDistance,
  ...encoding,
  ...farmFingerprint,
  ...letterCase,
  ...normalize,
  ...soundex,
  ...utf8Text,
} as const;
