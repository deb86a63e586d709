import { columnOf, valueAt } from '../../definition/column-batch.js';
import { ExportRefusal } from '../export-refusal.js';
import type { BucketState, FittedState, LabelEncoderState, OneHotState } from '../fitted/state.js';
import { compileColumnState } from '../transform.js';
import { requireBelowFloat32Max, requireFloat32 } from './float32.js';
import type { GraphScope } from './graph-expression.js';
import { scaledValue } from './graph-scaler.js';
import { otherCode } from './graph-vocabulary.js';

/** The value of a fitted function, of its argument's value. NULL where it would not be finite (S6). */
export function fittedValue(state: FittedState, argument: string, scope: GraphScope): string {
  const { values, vocabulary } = scope;
  switch (state.function) {
    case 'STANDARD_SCALER':
    case 'MIN_MAX_SCALER':
    case 'MAX_ABS_SCALER':
    case 'ROBUST_SCALER':
      return scaledValue(state, argument, values);
    case 'IMPUTER': {
      const { value } = state;
      if (value === null) return argument;
      const replacement =
        typeof value === 'string' ? vocabulary.codeOf(value) : requireFloat32(value, 'what replaces NULL,');
      return values.choose(values.isMissing(argument), values.builder.number(replacement), argument);
    }
    case 'BUCKETIZE':
    case 'QUANTILE_BUCKETIZE':
      return bucketValue(state, argument, scope);
    case 'LABEL_ENCODER':
      return labelValue(state, argument, scope);
    default:
      throw refusalOf(state);
  }
}

/** [rows, slots] of a function that is a whole output. */
export function encodedValue(state: FittedState, argument: string, scope: GraphScope): string {
  const { values } = scope;
  switch (state.function) {
    case 'ONE_HOT_ENCODER':
      return oneHotValue(state, argument, scope);
    case 'LABEL_ENCODER':
      return values.column(labelValue(state, argument, scope));
    case 'BUCKETIZE':
    case 'QUANTILE_BUCKETIZE':
      return encodedBucket(state, argument, scope);
    default:
      throw refusalOf(state);
  }
}

/** The strings that a fitted function tells apart or gives. */
export function stringsOfState(state: FittedState): readonly string[] {
  switch (state.function) {
    case 'IMPUTER':
      return typeof state.value === 'string' ? [state.value] : [];
    case 'ONE_HOT_ENCODER':
    case 'LABEL_ENCODER':
      return state.vocabulary;
    case 'BUCKETIZE':
    case 'QUANTILE_BUCKETIZE':
      return state.format === 'bucket_index' ? [] : bucketNames(state);
    default:
      return [];
  }
}

function refusalOf(state: FittedState): ExportRefusal {
  return new ExportRefusal(
    `${state.function} works on texts or arrays, which a float32 graph does not hold; make it a feature, or a request input that the caller computes`,
  );
}

/** The bucket of a number: its name, or its number from 0. */
function bucketValue(state: BucketState, argument: string, { values, vocabulary }: GraphScope): string {
  const bucket = values.bucket(argument, boundsOf(state));
  if (state.format === 'bucket_index') return values.unlessMissing(bucket, [argument]);
  const codes = bucketNames(state).map(vocabulary.codeOf);
  return values.unlessMissing(values.lookUp(codes, bucket), [argument]);
}

/** Indicators of NULL and of each bucket; or the bucket's number, NULL behind the last. */
function encodedBucket(
  { boundaries, format }: BucketState,
  argument: string,
  { values }: GraphScope,
): string {
  const { builder } = values;
  const bucket = values.bucket(argument, boundsOf({ boundaries }));
  const isMissing = values.isMissing(argument);
  const buckets = boundaries.length + 1;
  if (format === 'bucket_index')
    return values.column(values.choose(isMissing, builder.number(buckets), bucket));
  const place = values.choose(isMissing, values.zero, values.float('AddV2', bucket, values.one));
  return values.indicators('Equal', place, placesUpTo(buckets + 1));
}

function boundsOf({ boundaries }: Pick<BucketState, 'boundaries'>): readonly number[] {
  return boundaries.map((boundary) => requireBelowFloat32Max(boundary, 'the boundary'));
}

/** Of the lowest bucket, and of the one above each boundary. */
function bucketNames(state: BucketState): readonly string[] {
  const inEach = [-Number.MAX_VALUE, ...state.boundaries];
  const names = compileColumnState(state)(columnOf('FLOAT64', inEach));
  return inEach.map((_, bucket) => valueAt(names, bucket) as string);
}

/** The number of a category. */
function labelValue(state: LabelEncoderState, argument: string, { values, vocabulary }: GraphScope): string {
  if (state.oovBuckets !== undefined)
    throw new ExportRefusal(
      'LABEL_ENCODER with oov_buckets hashes categories that it does not know; a graph sees no texts: leave the option out',
    );
  const labels = compileColumnState(state)(columnOf('STRING', vocabulary.strings));
  const known = vocabulary.strings.map((_, code) => Number(valueAt(labels, code)));
  return values.lookUp([...known, state.oov, state.oov], withoutNull(argument, { values, vocabulary }));
}

/** [rows, slots]: 1 in the slot of the row's category; the first one is that of NULL and other categories. */
function oneHotValue(
  state: OneHotState,
  argument: string,
  scope: Pick<GraphScope, 'values' | 'vocabulary'>,
): string {
  const { values, vocabulary } = scope;
  const slotOf = new Map(state.vocabulary.map((category, index) => [category, index + 1]));
  if (state.dropped !== null) slotOf.set(state.dropped, -1);
  const slots = [...vocabulary.strings.map((text) => slotOf.get(text) ?? 0), 0, 0];
  const place = values.lookUp(slots, withoutNull(argument, scope));
  return values.indicators('Equal', place, placesUpTo(state.vocabulary.length + 1));
}

/** Codes of the vocabulary, then that of other strings and one for NULL. */
function withoutNull(
  code: string,
  { values, vocabulary }: Pick<GraphScope, 'values' | 'vocabulary'>,
): string {
  const missing = values.builder.number(otherCode(vocabulary) + 1);
  return values.choose(values.isMissing(code), missing, code);
}

function placesUpTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, place) => place);
}
