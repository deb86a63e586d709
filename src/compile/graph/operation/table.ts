import { ARRAYS } from '../../operation/array.js';
import { BITS } from '../../operation/bits.js';
import { DATE } from '../../operation/date.js';
import { DIGEST } from '../../operation/digest.js';
import { DISTANCE } from '../../operation/distance.js';
import { PATTERN } from '../../operation/pattern.js';
import type { OperationId } from '../../operation/table.js';
import { TEXT } from '../../operation/text.js';
import { TIME } from '../../operation/time.js';
import { TIME_FORMAT } from '../../operation/time-format.js';
import type { GraphLowering } from '../graph-lowering.js';
import { GRAPH_ARITHMETIC } from './arithmetic.js';
import { GRAPH_CAST } from './cast.js';
import { GRAPH_LOGIC } from './logic.js';
import { GRAPH_MATH } from './math.js';

/** Every operation; null where a model graph refuses it (S8): texts, bytes, whole numbers, times and arrays are not in it. */
export const GRAPH_OPERATIONS: Readonly<Record<OperationId, GraphLowering | null>> = {
  ...GRAPH_ARITHMETIC,
  ...GRAPH_MATH,
  ...GRAPH_LOGIC,
  ...GRAPH_CAST,
  ...refused(BITS),
  ...refused(TEXT),
  ...refused(PATTERN),
  ...refused(DIGEST),
  ...refused(DATE),
  ...refused(TIME),
  ...refused(TIME_FORMAT),
  ...refused(ARRAYS),
  ...refused(DISTANCE),
};

function refused<Id extends string>(family: Readonly<Record<Id, unknown>>): Record<Id, null> {
  const entries = Object.keys(family).map((id) => [id, null]);
  return Object.fromEntries(entries) as Record<Id, null>;
}
