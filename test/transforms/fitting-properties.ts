import fc from 'fast-check';
import {
  type FittedTransform,
  fittedTransformJson,
  parseFittedTransform,
} from '../../src/compile/fitted-transform.js';
import { fingerprint } from '../../src/definition/canonical.js';
import { type ColumnBatch, takeRows } from '../../src/definition/column-batch.js';
import { anyRows, batchOfRows, EXPRESSIONS } from './any-rows.js';
import { fitted, fittedInParts, rowsOf } from './fit-output.js';

const hashOf = (transform: FittedTransform): string => fingerprint(fittedTransformJson(transform));

/** A permutation of rows and where it is cut, as numbers that the length of the rows bounds later. */
const dealt = fc.array(fc.nat(), { minLength: 40, maxLength: 40 });

/** S22, S24: any order of the rows, any split into chunks, in one fitting or in several merged ones, gives the same state. */
export function orderProperty() {
  return fc.property(anyRows, dealt, (rows, keys) => {
    const batch = batchOfRows(rows);
    const expected = hashOf(fitted(EXPRESSIONS, [batch]));
    const order = rows.map((_, row) => row).sort((a, b) => keys[a]! - keys[b]!);
    const chunks = chunksOf(batch, order, keys);
    same('chunks', hashOf(fitted(EXPRESSIONS, chunks)), expected);
    const parts = [chunks.slice(0, 1), chunks.slice(1, 3), chunks.slice(3)];
    same('merged parts', hashOf(fittedInParts(EXPRESSIONS, parts)), expected);
  });
}

/** A fitted transform read from JSON has the same hash, and gives the same bits. */
export function jsonProperty() {
  return fc.property(anyRows, anyRows, (training, rows) => {
    const transform = fitted(EXPRESSIONS, [batchOfRows(training)]);
    const json = fittedTransformJson(transform);
    const reread = JSON.parse(JSON.stringify(json)) as typeof json;
    same('JSON', fingerprint(reread), fingerprint(json));
    const width = Math.max(0, ...training.map(({ v }) => (v === null ? 0 : 3)));
    const fitting = rows.map((row) => (width === 0 ? { ...row, v: null } : row));
    const [before, after] = [transform, parseFittedTransform(reread)].map((each) =>
      JSON.stringify(rowsOf(each, batchOfRows(fitting))),
    );
    same('rows', after!, before!);
  });
}

/** A row has the same vector alone and among others, and every number in it is finite. */
export function aloneProperty() {
  return fc.property(anyRows, anyRows, (training, rows) => {
    const transform = fitted(EXPRESSIONS, [batchOfRows(training)]);
    const hasVectors = training.some(({ v }) => v !== null);
    const fitting = rows.map((row) => (hasVectors ? row : { ...row, v: null }));
    const together = rowsOf(transform, batchOfRows(fitting));
    const alone = fitting.flatMap((row) => rowsOf(transform, batchOfRows([row])));
    same('alone', JSON.stringify(alone), JSON.stringify(together));
    const odd = together.flat().find((value) => !Number.isFinite(value));
    if (odd !== undefined) throw new Error(`a model input is ${odd}`);
  });
}

/** Up to four chunks, of which some are empty. */
function chunksOf(
  batch: ColumnBatch,
  order: readonly number[],
  keys: readonly number[],
): readonly ColumnBatch[] {
  const cuts = keys.slice(0, 3).map((key) => key % (order.length + 1));
  const ends = [0, ...cuts.sort((a, b) => a - b), order.length];
  return ends.slice(1).map((end, index) => takeRows(batch, order.slice(ends[index], end)));
}

function same(what: string, found: string, expected: string): void {
  if (found !== expected) throw new Error(`${what}: ${found}, not ${expected}`);
}
