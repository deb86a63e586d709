import { describe, expect, it } from 'vitest';
import type { EntityDocument, SourceDocument, WindowedFeatureSetDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { WindowFeatureDocument } from '../definition/window-document.js';
import { compileWindowedFeatureSet } from './compile-windowed-set.js';
import type { WindowedFeatureSet } from './windowed-feature-set.js';

const ENTITY: EntityDocument = {
  kind: 'Entity',
  name: 'airport',
  keys: [{ name: 'airport', type: 'STRING' }],
};

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 'departures',
  columns: [
    { name: 'airport', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'delay', type: 'INT64' },
    { name: 'fare', type: 'FLOAT64', scale: '0.01' },
    { name: 'carrier', type: 'STRING' },
    { name: 'tags', type: 'ARRAY<STRING>' },
  ],
  eventTime: 'at',
};

type Written = Partial<WindowFeatureDocument>;

function compile(
  features: readonly Written[],
  more: Partial<WindowedFeatureSetDocument> = {},
): WindowedFeatureSet {
  const document: WindowedFeatureSetDocument = {
    kind: 'FeatureSet',
    name: 'departures_of',
    entity: 'airport',
    source: 'departures',
    features: features.map((feature) => ({ name: 'f', aggregate: 'COUNT(*)', ...feature })),
    ...more,
  };
  return compileWindowedFeatureSet({ document, source: SOURCE, entity: ENTITY, version: 1, id: 1 });
}

function refused(
  features: readonly Written[],
  more: Partial<WindowedFeatureSetDocument> = {},
): PlumblineError {
  try {
    compile(features, more);
  } catch (error) {
    if (error instanceof PlumblineError) return error;
    throw error;
  }
  throw new Error('it was compiled');
}

const problemsOf = (error: PlumblineError): readonly Problem[] => error.details.problems ?? [];

describe('a feature set of windows', () => {
  it('takes the default hop of S20, or the one that is written', () => {
    const spans = (written: Written) =>
      compile([written]).features.map(({ window: { sizeUs, hopUs, offsetUs } }) => [sizeUs, hopUs, offsetUs]);
    const [second, hour, day] = [1_000_000n, 3_600_000_000n, 86_400_000_000n];
    expect(spans({ window: '1s' })).toEqual([[second, second, 0n]]);
    expect(spans({ window: '10m' })).toEqual([[600n * second, second, 0n]]);
    expect(spans({ window: '11m' })).toEqual([[660n * second, 60n * second, 0n]]);
    expect(spans({ window: '1d', offset: '1h' })).toEqual([[day, hour, hour]]);
    expect(spans({ window: '13d' })).toEqual([[13n * day, day, 0n]]);
    expect(spans({ window: '1ms', hop: '10us' })).toEqual([[1_000n, 10n, 0n]]);
    expect(spans({ window: 'lifetime' })).toEqual([[null, day, 0n]]);
  });

  it('has a feature a window, and two where there are categories', () => {
    const set = compile([
      { name: 'delay', aggregate: 'AVG(delay)', windows: ['1h', '1d', 'lifetime'], default: 0 },
      { name: 'flights', windows: ['1h'], by: 'UPPER(carrier)' },
      { name: 'last', aggregate: 'LAST_N(carrier, 3)', window: '1d' },
    ]);
    expect(
      set.features.map(({ name, writtenName, type, part, defaultValue }) => [
        name,
        writtenName,
        type,
        part,
        defaultValue,
      ]),
    ).toEqual([
      ['delay_1h', 'delay', 'FLOAT64', 'value', 0],
      ['delay_1d', 'delay', 'FLOAT64', 'value', 0],
      ['delay_lifetime', 'delay', 'FLOAT64', 'value', 0],
      ['flights_1h_keys', 'flights', 'ARRAY<STRING>', 'keys', null],
      ['flights_1h_values', 'flights', 'ARRAY<INT64>', 'values', null],
      ['last', 'last', 'ARRAY<STRING>', 'value', null],
    ]);
  });

  it('computes each expression once and keeps each family of aggregates once', () => {
    const set = compile([
      { name: 'sum', aggregate: 'SUM(delay)', windows: ['1h', '1d'] },
      { name: 'mean', aggregate: 'AVG( delay )', window: '1d' },
      { name: 'late', aggregate: 'SUM(delay)', window: '1h', filter: 'delay > 15' },
      { name: 'late_flights', window: '1h', filter: '(delay>15)' },
      { name: 'by_carrier', window: '1h', by: 'carrier' },
      { name: 'fare', aggregate: 'SUM(fare)', window: '1h' },
      { name: 'double', aggregate: 'SUM(fare * 2)', window: '1h' },
      { name: 'distinct', aggregate: 'COUNT(DISTINCT carrier)', window: '1h', max: 10 },
    ]);
    const inputs = set.inputs.map(({ name, expression }) => [
      name,
      expression.kind === 'call' ? expression.operation : 'name' in expression ? expression.name : '',
    ]);
    expect(inputs).toEqual([
      ['input0', 'delay'],
      ['input1', 'greater'],
      ['input2', 'carrier'],
      ['input3', 'fare'],
      ['input4', 'multiply_float64'],
    ]);
    const states = set.states.map(({ argument, filter, category }) => [argument, filter, category]);
    expect(states).toEqual([
      ['input0', null, null],
      ['input0', 'input1', null],
      [null, 'input1', null],
      [null, null, 'input2'],
      ['input3', null, null],
      ['input4', null, null],
      ['input2', null, null],
    ]);
    expect(set.features.map(({ name, state }) => [name, state])).toEqual([
      ['sum_1h', 0],
      ['sum_1d', 0],
      ['mean', 0],
      ['late', 1],
      ['late_flights', 2],
      ['by_carrier_keys', 3],
      ['by_carrier_values', 3],
      ['fare', 4],
      ['double', 5],
      ['distinct', 6],
    ]);
    const calls = set.features.slice(-3).map(({ call }) => [call.name, call.scale, call.parameters]);
    expect(calls).toEqual([
      ['SUM', '0.01', {}],
      ['SUM', null, {}],
      ['COUNT_DISTINCT', null, { max: 10 }],
    ]);
  });

  it('keeps rows in an exact window', () => {
    const set = compile([
      { name: 'mean', aggregate: 'AVG(delay)', window: '1h', hop: '1us', max: 50 },
      { name: 'tagged', aggregate: 'COUNT(tags)', window: '1h', hop: '1us', max: 60 },
      { name: 'recent', aggregate: 'LAST_N(delay, 5)', window: 'lifetime', hop: '1us', max: 5 },
    ]);
    expect(set.features.map(({ max, call }) => [max, call.argumentType])).toEqual([
      [50, 'INT64'],
      [60, 'ARRAY<STRING>'],
      [5, 'INT64'],
    ]);
  });

  const REFUSED: readonly (readonly [what: string, written: Written, path: string, says: string])[] = [
    ['no window', {}, '', 'has no window; add "window"'],
    ['window and windows', { window: '1h', windows: ['1d'] }, '', 'both "window" and "windows"; keep one'],
    ['an empty window', { window: '0s' }, '/window', 'is empty'],
    ['a short window without a hop', { window: '5ms' }, '/hop', 'has no default hop; add "hop"'],
    ['a hop beyond the window', { windows: ['2h', '1h'], hop: '90m' }, '/hop', 'longer than the window 1h'],
    ['an empty hop', { window: '1h', hop: '0s' }, '/hop', '1us makes the window exact'],
    ['too many tiles', { window: '30d', hop: '1s' }, '/hop', '2592001 tiles, 5000 at most; make it longer'],
    ['too many tiles by the offset', { window: '1h', offset: '30d', hop: '1m' }, '/hop', '1h and its offset'],
    ['a hop of a lifetime', { window: 'lifetime', hop: '1h' }, '/hop', 'has no tail; leave it out'],
    [
      'exact with an offset',
      { window: '1h', hop: '1us', offset: '1h', max: 9 },
      '/offset',
      'no number of newest rows',
    ],
    [
      'exact without a bound',
      { window: '1h', hop: '1us' },
      '/max',
      'say how many of the newest, 100000 at most',
    ],
    [
      'exact with too high a bound',
      { window: '1h', hop: '1us', max: 100_001 },
      '/max',
      'keeps 100000 rows at most',
    ],
    ['a bound that nothing has', { window: '1h', max: 5 }, '/max', 'has no effect on COUNT over tiles'],
    [
      'a bound beyond its own',
      { aggregate: 'TOP_K(carrier, 2)', window: '1h', max: 20_000 },
      '/max',
      'max of TOP_K must be a whole number from 1 to 10000'.slice(4),
    ],
    [
      'one bucket for numbers of two signs',
      { aggregate: 'APPROX_QUANTILE(delay, 0.5)', window: '1h', max: 1 },
      '/max',
      'a whole number from 2 to 10000',
    ],
    [
      'a window longer than time',
      { window: '100000000000d', hop: '100000000d' },
      '/window',
      'write "lifetime"',
    ],
    ['a filter of another type', { window: '1h', filter: 'delay' }, '/filter', 'is INT64; write a condition'],
    [
      'a category of another type',
      { window: '1h', by: 'fare' },
      '/by',
      'is FLOAT64; a category is one of BOOL',
    ],
    [
      'lists by category',
      { aggregate: 'LAST_N(delay, 2)', window: '1h', by: 'carrier' },
      '/by',
      'an array of those cannot be',
    ],
    [
      'too many categories',
      { window: '1h', by: 'carrier', maxCategories: 1_001 },
      '/maxCategories',
      '1000 at most',
    ],
    ['categories of nothing', { window: '1h', maxCategories: 5 }, '/maxCategories', 'no effect without "by"'],
    [
      'a default of two types',
      { window: '1h', by: 'carrier', default: 1 },
      '/default',
      'two types; leave it out',
    ],
    ['a default of another type', { window: '1h', default: 'x' }, '/default', 'INT64'],
    ['a name that is none', { name: 'f_', windows: ['1h'] }, '/name', 'would be called "f__1h"'],
    [
      'a name that is too long',
      { name: 'f'.repeat(58), window: '1h', by: 'carrier' },
      '/name',
      'longer than 63',
    ],
    ['more wanted than kept', { aggregate: 'TOP_K(carrier, 9)', window: '1h', max: 3 }, '/aggregate', '9'],
    [
      'too much state',
      { aggregate: 'TOP_K(carrier, 9)', window: '12h', max: 10_000 },
      '',
      'MiB at most; write a longer "hop"',
    ],
    [
      'too many rows',
      { aggregate: 'MAX(carrier)', window: '12h', hop: '1us', max: 100_000 },
      '',
      'lower its "max"',
    ],
  ];

  it.each(REFUSED)('refuses %s', (_, written, path, says) => {
    const error = refused([written]);
    const [problem] = problemsOf(error);
    expect([problem?.path, error.code]).toEqual([`/features/0${path}`, 'INVALID_DOCUMENT']);
    expect(problem?.message).toContain(says);
  });

  const MISTAKEN: readonly (readonly [aggregate: string, column: number, says: string])[] = [
    ['delay', 1, 'found "delay", expected an aggregate call such as AVG(x) or COUNT(*)'],
    ['AGV(delay)', 1, 'there is no aggregate AGV; did you mean AVG?'],
    ['QUUX(delay)', 1, 'there is no aggregate QUUX; there are COUNT, SUM, AVG'],
    ['MEDIAN(delay)', 1, 'did you mean APPROX_QUANTILE(x, 0.5)?'],
    ['COUNTIF(delay > 3)', 1, 'did you mean COUNT(*) with a "filter"?'],
    ['SUM(DISTINCT delay)', 1, 'SUM takes no DISTINCT'],
    ['SUM(*)', 1, 'SUM takes values, not rows; write SUM(x)'],
    ['COUNT()', 1, 'COUNT has 0 arguments; write COUNT(x) or COUNT(*)'],
    ['LAST_N(delay)', 1, 'LAST_N has 1 arguments; write LAST_N(x, n)'],
    ['LAST_N(delay, 0)', 15, 'n of LAST_N must be a whole number from 1 to 1000'],
    ['LAST_N(delay, delay)', 15, 'n of LAST_N must be a whole number'],
    ['APPROX_QUANTILE(delay, 1.5)', 24, 'q of APPROX_QUANTILE must be a number from 0 to 1'],
    ['SUM(carrier)', 5, 'SUM does not take STRING; it takes INT64, FLOAT64'],
    ['SUM(delay) / 2', 12, 'an aggregate stands alone'],
    ['SUM(SUM(delay))', 5, 'SUM is refused: an expression computes one value from one row'],
    ['SUM(dealy)', 5, 'there is no column "dealy"; did you mean "delay"?'],
    ['SUM(delay', 10, 'expected "," or ")" for the "(" at 1:4'],
    ['', 1, 'found the end'],
  ];

  it.each(MISTAKEN)('refuses the aggregate %j with its place', (aggregate, column, says) => {
    const error = refused([{ aggregate, window: '1h' }]);
    const [problem] = problemsOf(error);
    expect([error.code, problem?.path]).toEqual(['INVALID_EXPRESSION', '/features/0/aggregate']);
    expect(problem?.['column']).toBe(column);
    expect(problem?.message).toContain(says);
  });

  it('takes other spellings of the same', () => {
    const names = ['COUNT(DISTINCT carrier)', 'stddev(delay)', 'VARIANCE(delay)', 'count ( * )'].map(
      (aggregate) => compile([{ aggregate, window: '1h' }]).features[0]!.call.name,
    );
    expect(names).toEqual(['COUNT_DISTINCT', 'STDDEV_SAMP', 'VAR_SAMP', 'COUNT']);
  });

  it('tells all that is wrong at once', () => {
    const error = refused(
      [
        { name: 'a', aggregate: 'SUM(x)', window: '1h', filter: 'delay +' },
        { name: 'b', aggregate: 'AVG(y)', window: '0s' },
        { name: 'c_1h', window: '1h' },
        { name: 'C', windows: ['1h'] },
      ],
      { keys: { plane: 'carrier' } },
    );
    expect(problemsOf(error).map(({ path }) => path)).toEqual([
      '/features/0/aggregate',
      '/features/0/filter',
      '/features/1/window',
      '/features/1/aggregate',
      '/keys/plane',
      '/features/3/name',
    ]);
  });

  it('has a retention as long as its longest window, and none beside a lifetime (S15)', () => {
    expect(compile([{ windows: ['1h', '7d'] }], { retention: '7d' }).features).toHaveLength(2);
    const short = refused([{ windows: ['1h', '7d'] }], { retention: '6d' });
    expect(short.message).toContain('/retention: is shorter than the window of "f_7d" reaches back');
    const offset = refused([{ window: '1h', offset: '1d' }], { retention: '1d' });
    expect(offset.message).toContain('/retention: is shorter');
    const lifetime = refused([{ window: 'lifetime' }], { retention: '365d' });
    expect(lifetime.message).toContain('which sees every row; leave it out');
  });
});
