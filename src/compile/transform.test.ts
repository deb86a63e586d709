import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../definition/canonical.js';
import { type ColumnBatch, columnOf, takeRows } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import { checkExpression } from './check.js';
import { TransformFitting } from './fit-transform.js';
import { type FittedTransform, fittedTransformJson, parseFittedTransform } from './fitted-transform.js';
import { compileTransform } from './transform.js';
import type { TransformOutput } from './transform-output.js';

const SCOPE = new Map<string, ValueType>([
  ['x', 'FLOAT64'],
  ['n', 'INT64'],
  ['s', 'STRING'],
  ['b', 'BOOL'],
]);

type Row = { readonly x: Value; readonly n: Value; readonly s: Value; readonly b: Value };

const row = (part: Partial<Row>): Row => ({ x: null, n: null, s: null, b: null, ...part });

const batchOf = (rows: readonly Row[]): ColumnBatch => ({
  rowCount: rows.length,
  columns: new Map(
    [...SCOPE].map(([name, type]) => [
      name,
      columnOf(
        type,
        rows.map((each) => each[name as keyof Row]),
      ),
    ]),
  ),
});

const outputsOf = (texts: Readonly<Record<string, string>>): TransformOutput[] =>
  Object.entries(texts).map(([name, text]) => {
    const checked = checkExpression(text, { scope: SCOPE, allow: 'transform' });
    if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
    return { name, text, expression: checked.expression };
  });

/** Fits over `chunks`, each in one call. */
function fitted(texts: Readonly<Record<string, string>>, chunks: readonly ColumnBatch[]): FittedTransform {
  const inputs = [...SCOPE].map(([name, type]) => ({ name, type }));
  const fitting = new TransformFitting(outputsOf(texts), inputs);
  while (!fitting.done) {
    for (const chunk of chunks) fitting.add(chunk, new BigInt64Array(chunk.rowCount));
    fitting.finishPass();
  }
  return fitting.result();
}

const applied = (transform: FittedTransform, rows: readonly Row[]): number[] => [
  ...compileTransform(transform).apply(batchOf(rows), new BigInt64Array(rows.length)),
];

describe('a fitted transform', () => {
  it('rounds FLOAT64 to float32, counts INT64 and BOOL as numbers', () => {
    const transform = fitted({ a: 'x', b: 'n', c: 'b' }, [batchOf([row({ x: 1 })])]);
    const [a, b, c] = applied(transform, [row({ x: 0.1, n: -7n, b: true })]);
    expect([a, b, c]).toEqual([Math.fround(0.1), -7, 1]);
  });

  it('puts the training mean of an output in place of NULL, 0 where there was none', () => {
    const training = [row({ x: 1 }), row({ x: 2 }), row({})];
    const transform = fitted({ a: 'x * 2.0', b: 'n' }, [batchOf(training)]);
    expect(applied(transform, [row({})])).toEqual([3, 0]);
  });

  it('expands one-hot outputs in place', () => {
    const training = [row({ s: 'b' }), row({ s: 'a' })];
    const transform = fitted({ first: 'x', letter: "ONE_HOT_ENCODER(s, 'none', 10, 1) OVER ()", last: 'n' }, [
      batchOf(training),
    ]);
    const { slots, width } = compileTransform(transform);
    const names = ['first', 'letter[NULL]', 'letter["a"]', 'letter["b"]', 'last'];
    expect(slots.map(({ name }) => name)).toEqual(names);
    expect(slots.slice(0, 2)).toEqual([
      { name: 'first', output: 'first', kind: 'number' },
      { name: 'letter[NULL]', output: 'letter', kind: 'indicator' },
    ]);
    expect(width).toBe(5);
    const rows = [row({ x: 1, s: 'b', n: 2n }), row({ x: 1, s: 'unseen', n: 2n }), row({ x: 1, n: 2n })];
    expect(applied(transform, rows)).toEqual([1, 0, 0, 1, 2, 1, 1, 0, 0, 2, 1, 1, 0, 0, 2]);
  });

  it('fits nested functions from the innermost outwards', () => {
    const training = [row({ x: 0 }), row({ x: 4 }), row({})];
    const text = "STANDARD_SCALER(IMPUTER(x, 'mean') OVER ()) OVER ()";
    const transform = fitted({ a: text }, [batchOf(training)]);
    // Imputed: 0, 4, 2; mean 2, sample deviation 2.
    expect(transform.nodes.map(({ state }) => state)).toEqual([
      { function: 'IMPUTER', strategy: 'mean', count: 2, value: 2 },
      { function: 'STANDARD_SCALER', count: 3, mean: 2, standardDeviation: 2 },
    ]);
    expect(applied(transform, [row({ x: 6 }), row({})])).toEqual([2, 0]);
  });

  it('fits functions inside expressions and expressions inside functions', () => {
    const training = [row({ x: 1 }), row({ x: 3 })];
    const text = 'STANDARD_SCALER(x * 2.0) OVER () + 1.0';
    const transform = fitted({ a: text }, [batchOf(training)]);
    expect(applied(transform, [row({ x: 2 }), row({ x: 3 })])).toEqual([
      1,
      Math.fround(1 + 2 / Math.sqrt(8)),
    ]);
  });

  it('lists the inputs it reads', () => {
    const transform = fitted({ a: 'x', b: 'ONE_HOT_ENCODER(s) OVER ()' }, [batchOf([row({})])]);
    expect(transform.inputs.map(({ name }) => name)).toEqual(['x', 's']);
  });

  it('never gives an infinite number', () => {
    const transform = fitted({ a: 'x' }, [batchOf([row({ x: 1e300 })])]);
    const largest = 3.4028234663852886e38;
    expect(applied(transform, [row({ x: 1e39 }), row({ x: -1e39 }), row({})])).toEqual([
      largest,
      -largest,
      largest,
    ]);
  });

  it('sees T of each row', () => {
    const checked = outputsOf({ hour: 'EXTRACT(HOUR FROM AS_OF())' });
    const fitting = new TransformFitting(checked, []);
    while (!fitting.done) fitting.finishPass();
    const transform = compileTransform(fitting.result());
    expect(transform.readsAsOf).toBe(true);
    const asOf = BigInt64Array.of(0n, 5n * 3_600_000_000n);
    expect([...transform.apply(batchOf([row({}), row({})]), asOf)]).toEqual([0, 5]);
  });
});

const TEXTS = {
  scaled: 'STANDARD_SCALER(x) OVER ()',
  mean: "STANDARD_SCALER(IMPUTER(x, 'mean') OVER ()) OVER ()",
  median: "IMPUTER(x, 'median') OVER ()",
  frequent: "IMPUTER(n, 'most_frequent') OVER ()",
  letter: "ONE_HOT_ENCODER(s, 'most_frequent', 2, 2) OVER ()",
  known: "ONE_HOT_ENCODER(IMPUTER(s, 'most_frequent') OVER (), 'none', 3, 1) OVER ()",
  plain: 'x + n',
  flag: 'b',
};

const anyRow: fc.Arbitrary<Row> = fc.record({
  x: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  n: fc.option(fc.bigInt({ min: -5n, max: 5n })),
  s: fc.option(fc.constantFrom('a', 'b', 'c', 'd', '😀')),
  b: fc.option(fc.boolean()),
});

describe('fitting (S22, S24)', () => {
  it('gives the same state from any split of the rows into chunks, in any order', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1 }), fc.nat(), fc.nat(), (rows, seed, cut) => {
        const whole = fingerprint(fittedTransformJson(fitted(TEXTS, [batchOf(rows)])));
        const at = cut % rows.length;
        const order = rows.map((_, i) => (i + seed) % rows.length).reverse();
        const shuffled = takeRows(batchOf(rows), order);
        const indexes = order.map((_, i) => i);
        const chunks = [takeRows(shuffled, indexes.slice(at)), takeRows(shuffled, indexes.slice(0, at))];
        expect(fingerprint(fittedTransformJson(fitted(TEXTS, chunks)))).toBe(whole);
      }),
    );
  });

  it('survives JSON: the same hash and the same bytes', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.array(anyRow, { minLength: 1 }), (training, rows) => {
        const transform = fitted(TEXTS, [batchOf(training)]);
        const json = fittedTransformJson(transform);
        const reread = JSON.parse(JSON.stringify(json)) as typeof json;
        expect(fingerprint(reread)).toBe(fingerprint(json));
        const bytes = Buffer.from(Float32Array.from(applied(parseFittedTransform(reread), rows)).buffer);
        expect(bytes).toEqual(Buffer.from(Float32Array.from(applied(transform, rows)).buffer));
      }),
    );
  });

  it('gives a row the same vector alone and among others, always finite', () => {
    fc.assert(
      fc.property(fc.array(anyRow), fc.array(anyRow, { minLength: 1 }), (training, rows) => {
        const transform = fitted(TEXTS, [batchOf(training)]);
        const together = applied(transform, rows);
        expect(together).toEqual(rows.flatMap((each) => applied(transform, [each])));
        expect(together.every(Number.isFinite)).toBe(true);
      }),
    );
  });
});
