import { type FittedTransform, fittedTransformJson } from '../../src/compile/fitted-transform.js';
import { compileTransform } from '../../src/compile/transform.js';
import { type Column, columnOf } from '../../src/definition/column-batch.js';
import { PlumblineError } from '../../src/definition/error.js';
import { batchOfRows, EXPRESSIONS, type Row } from './any-rows.js';
import { batchOf, fitted, rowsOf } from './fit-output.js';

/** One odd input; `run` gives what is wrong, null is nothing. */
export type OddInput = { readonly name: string; readonly run: () => string | null };

const NULL_ROW: Row = { x: null, n: null, s: null, b: null, v: null, t: null };
const ROW: Row = { x: 1.5, n: -3n, s: 'a', b: true, v: [1, 2, 3], t: ['a', 'b'] };
const UNSEEN: Row = { x: -1e300, n: 2n ** 63n - 1n, s: 'never seen', b: false, v: [9, 9, 9], t: ['z'] };
const TINY: Row = { ...ROW, x: -5e-324, n: 0n, v: [-0, -5e-324, 0] };
const HUGE: Row = { x: Number.MAX_VALUE, n: -(2n ** 63n), s: '', b: true, v: [1e308, -1e308, 5e-324], t: [] };

/** Categories of a column that no model input can hold one by one. */
const MANY = 100_000;

export const ODD_INPUTS: readonly OddInput[] = [
  { name: 'an unseen category', run: () => finiteAfter([ROW, ROW], [UNSEEN]) },
  {
    name: 'NULL everywhere in training',
    run: () => finiteAfter([NULL_ROW, NULL_ROW], [NULL_ROW, withoutArray(ROW)]),
  },
  { name: 'NULL everywhere in a request', run: () => finiteAfter([ROW, UNSEEN], [NULL_ROW]) },
  { name: 'a constant column', run: () => finiteAfter([ROW, ROW, ROW], [ROW, UNSEEN, NULL_ROW]) },
  { name: 'one row', run: () => finiteAfter([HUGE], [HUGE, ROW, NULL_ROW]) },
  { name: 'an empty split', run: () => finiteAfter([], [NULL_ROW, withoutArray(UNSEEN)]) },
  { name: 'the ends of the range', run: () => finiteAfter([HUGE, UNSEEN, ROW], [HUGE, UNSEEN, ROW]) },
  {
    name: 'means that underflow',
    run: () => finiteAfter([TINY, { ...TINY, x: 0 }, { ...TINY, x: 0 }], [TINY]),
  },
  { name: 'no rows to apply to', run: () => finiteAfter([ROW], []) },
  {
    name: `${MANY} categories as indicators`,
    run: () =>
      refused('TRAINING_FAILED', /100001 model inputs.*LABEL_ENCODER or HASH_BUCKETIZE/, () =>
        many(`ONE_HOT_ENCODER(s, 'none', ${MANY}, 1) OVER ()`),
      ),
  },
  {
    name: `${MANY} categories, the most frequent as indicators`,
    run: () => widthIs(1001, many("ONE_HOT_ENCODER(s, 'none', 1000, 1) OVER ()")),
  },
  {
    name: `${MANY} categories as an index`,
    run: () => sizeIs(MANY + 1, many(`LABEL_ENCODER(s, ${MANY}, 1) OVER ()`)),
  },
  {
    name: `${MANY} categories, hashed`,
    run: () => sizeIs(65, many('HASH_BUCKETIZE(s, 64)')),
  },
  {
    name: 'arrays of two lengths in training',
    run: () =>
      refused('TRAINING_FAILED', /"o" have 2 and 3 elements/, () =>
        fitted({ o: 'v' }, [batchOf({ v: vectors([1, 2, 3], [4, 5]) })]),
      ),
  },
  {
    name: 'an array of another length later',
    run: () =>
      refused('INVALID_FRAME', /"o" takes arrays of 3 numbers, as in training; a row has one of 2/, () =>
        rowsOf(fitted({ o: 'v' }, [batchOf({ v: vectors([1, 2, 3]) })]), batchOf({ v: vectors([4, 5]) })),
      ),
  },
];

/** Every preprocessing function, fitted on some rows: what others give is finite and has a slot for each number. */
function finiteAfter(training: readonly Row[], rows: readonly Row[]): string | null {
  const transform = fitted(EXPRESSIONS, [batchOfRows(training)]);
  const odd = oddNumber(fittedTransformJson(transform));
  if (odd !== null) return `the state has ${odd}`;
  const { slots } = compileTransform(transform);
  for (const numbers of rowsOf(transform, batchOfRows(rows))) {
    const place = numbers.findIndex((number) => !Number.isFinite(number));
    if (place >= 0) return `${slots[place]!.name} is ${numbers[place]}`;
    const wrong = slots.findIndex(
      ({ kind, size = 0 }, at) => kind === 'index' && !(numbers[at]! >= 0 && numbers[at]! < size),
    );
    if (wrong >= 0) return `index ${slots[wrong]!.name} of ${slots[wrong]!.size} is ${numbers[wrong]}`;
  }
  return new Set(slots.map(({ name }) => name)).size === slots.length ? null : 'two slots have one name';
}

/** A number that JSON does not have, anywhere in a state. */
function oddNumber(json: unknown): number | null {
  if (typeof json === 'number') return Number.isFinite(json) && !Object.is(json, -0) ? null : json;
  if (json === null || typeof json !== 'object') return null;
  return (
    Object.values(json)
      .map(oddNumber)
      .find((odd) => odd !== null) ?? null
  );
}

function withoutArray(row: Row): Row {
  return { ...row, v: null };
}

function many(expression: string): FittedTransform {
  const categories = Array.from({ length: MANY }, (_, i) => `category ${i}`);
  return fitted({ o: expression }, [batchOf({ s: columnOf('STRING', categories) })]);
}

function vectors(...arrays: readonly (readonly number[])[]): Column {
  return columnOf('ARRAY<FLOAT64>', arrays);
}

function widthIs(expected: number, transform: FittedTransform): string | null {
  const { width } = compileTransform(transform);
  return width === expected ? null : `${width} slots, not ${expected}`;
}

function sizeIs(expected: number, transform: FittedTransform): string | null {
  const [slot] = compileTransform(transform).slots;
  return slot?.kind === 'index' && slot.size === expected ? null : `${JSON.stringify(slot)}`;
}

function refused(code: string, message: RegExp, run: () => unknown): string | null {
  try {
    run();
    return 'was not refused';
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    return error.code === code && message.test(error.message) ? null : `${error.code}: ${error.message}`;
  }
}
