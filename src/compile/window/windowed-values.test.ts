import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, valueAt } from '../../definition/column-batch.js';
import { spanOf, type Window } from '../../definition/window.js';
import type { Aggregate } from '../aggregate/aggregate.js';
import type { WindowedFeature, WindowState } from '../windowed-feature-set.js';
import { WindowAnswers } from './window-answers.js';
import type { WindowQuestions, WindowRows, WindowRule } from './window-rows.js';
import { windowAnswerer } from './windowed-values.js';

/** An aggregate whose value is which rows it was given, and that refuses one twice. */
const WHICH_ROWS: Aggregate<Set<bigint>> = {
  type: 'STRING',
  family: 'which rows',
  create: () => new Set(),
  add: (state, { orders }, row) => addOnce(state, orders.sequences[row]!),
  merge: (state, other) => {
    for (const sequence of other) addOnce(state, sequence);
  },
  finish: (state) => [...state].toSorted((a, b) => Number(a - b)).join(' '),
  encode: () => new Uint8Array(),
  decode: () => new Set(),
  write: () => undefined,
  read: () => new Set(),
  maxBytes: 0,
};

function addOnce(state: Set<bigint>, sequence: bigint): void {
  if (state.has(sequence)) throw new Error(`row ${sequence} is there twice`);
  state.add(sequence);
}

const CALL = { name: 'COUNT', argumentType: null, parameters: {}, scale: null };
const STATES: readonly WindowState[] = [null, 'even', null].map((filter) => ({
  call: CALL,
  // The states are of any kind to all but their aggregate.
  aggregate: WHICH_ROWS as Aggregate,
  argument: null,
  filter,
  category: null,
  maxCategories: null,
}));

/** Sizes, hops, offsets and most rows: nested windows, others that only overlap, each kind with a filter too. */
const WINDOWS: readonly (readonly [Window, number | null])[] = [
  [{ sizeUs: 6n, hopUs: 3n, offsetUs: 0n }, null],
  [{ sizeUs: 7n, hopUs: 5n, offsetUs: 0n }, null],
  [{ sizeUs: 8n, hopUs: 2n, offsetUs: 0n }, null],
  [{ sizeUs: 20n, hopUs: 3n, offsetUs: 0n }, null],
  [{ sizeUs: null, hopUs: 5n, offsetUs: 0n }, null],
  [{ sizeUs: 7n, hopUs: 4n, offsetUs: 5n }, null],
  [{ sizeUs: 12n, hopUs: 4n, offsetUs: 5n }, null],
  [{ sizeUs: null, hopUs: 4n, offsetUs: 5n }, null],
  [{ sizeUs: 20n, hopUs: 3n, offsetUs: 5n }, null],
  [{ sizeUs: 9n, hopUs: 1n, offsetUs: 0n }, 2],
  [{ sizeUs: 30n, hopUs: 1n, offsetUs: 0n }, 40],
  [{ sizeUs: null, hopUs: 1n, offsetUs: 0n }, 3],
  [{ sizeUs: null, hopUs: 1n, offsetUs: 0n }, 35],
];

const FEATURES: readonly WindowedFeature[] = WINDOWS.flatMap(([window, max], i) =>
  STATES.map((state, at) => ({
    name: `f${i}_${at}`,
    writtenName: `f${i}_${at}`,
    call: { name: 'COUNT', argumentType: null, parameters: {}, scale: null },
    type: 'STRING',
    defaultValue: null,
    window,
    completeAfterUs: null,
    max,
    state: at,
    part: 'value',
    finish: (merged: unknown) => state.aggregate.finish(merged),
  })),
);

type Row = {
  readonly key: number;
  readonly event: bigint;
  readonly created: bigint;
  readonly assumed: boolean;
  readonly arrival: bigint;
  readonly visible: bigint;
  readonly even: boolean | null;
};

const lag = fc.oneof({ weight: 4, arbitrary: fc.constant(0n) }, fc.bigInt(-2n, 25n));

const row: fc.Arbitrary<Row> = fc
  .record({
    key: fc.constantFrom(0, 2, 2, 2, 5),
    event: fc.bigInt(-40n, 40n),
    late: lag,
    assumed: fc.boolean(),
    took: fc.bigInt(0n, 3n),
    even: fc.constantFrom(true, true, false, null),
  })
  .map(({ late, took, ...each }) => {
    const created = each.event + late;
    return { ...each, created, arrival: created + took, visible: created + 2n * took };
  });

type Question = {
  readonly key: number;
  readonly t: bigint;
  readonly through: bigint;
  readonly state: number;
};

const question: fc.Arbitrary<Question> = fc.record({
  key: fc.constantFrom(-1, 0, 1, 2, 5, 9),
  t: fc.bigInt(-45n, 60n),
  through: fc.bigInt(-1n, 400n),
  /** 0 active, 1 not, 2 not but for the clocks, 3 active but for the clocks. */
  state: fc.constantFrom(0, 0, 0, 1, 2, 3),
});

const many = { minLength: 0, maxLength: 700, size: 'max' } as const;

const cases = fc.record({
  rows: fc.oneof(fc.array(row, { maxLength: 12 }), fc.array(row, many)).map(inOrder),
  questions: fc.array(question, { minLength: 1, maxLength: 12 }),
  rule: fc.constantFrom('known' as const, 'event' as const, 'served' as const, 'record' as const),
});

function inOrder(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => a.key - b.key || Number(a.event - b.event));
}

type Rule = WindowRule | 'record';

/** All that a rule of S17 or S18 needs to tell whether a row counts; rows stand in their order, their place is their sequence. */
function counts(each: Row, sequence: number, { t, through }: Question, rule: Rule): boolean {
  if (rule === 'event') return true;
  if (rule === 'known') return each.created <= t;
  return rule === 'served' ? each.visible <= t : BigInt(sequence) <= through;
}

/** Places of the rows that a feature rests on, by looking at every row (S20). */
function naive(
  rows: readonly Row[],
  feature: WindowedFeature,
  asked: Question,
  rule: Rule,
): readonly number[] {
  const { afterUs, throughUs } = spanOf(feature.window, asked.t);
  const { filter } = STATES[feature.state]!;
  const places = rows.flatMap((each, place) => {
    const inSpan = (afterUs === null || each.event > afterUs) && each.event <= throughUs;
    const passes = filter === null || each.even === true;
    return each.key === asked.key && inSpan && passes && counts(each, place, asked, rule) ? [place] : [];
  });
  return feature.max === null ? places : places.slice(-feature.max);
}

function windowRows(rows: readonly Row[], rule: Rule): WindowRows {
  const times = (of: (each: Row) => bigint): BigInt64Array => BigInt64Array.from(rows, of);
  const sequences = BigInt64Array.from(rows, (_, place) => BigInt(place));
  const isLate = rows.some(({ created, event }) => created > event);
  const orders = {
    eventTimes: times(({ event }) => event),
    orderTimes: sequences,
    orderColumn: null,
    sequences,
  };
  const served = rule === 'served' ? times(({ visible }) => visible) : null;
  return {
    rowCount: rows.length,
    keys: Float64Array.from(rows, ({ key }) => key),
    orders,
    inputs: new Map([
      [
        'even',
        columnOf(
          'BOOL',
          rows.map(({ even }) => even),
        ),
      ],
    ]),
    createdTimes: isLate ? times(({ created }) => created) : null,
    createdAssumed: Uint8Array.from(rows, ({ assumed }) => Number(assumed)),
    servedFrom: rule === 'record' ? sequences : served,
    visible:
      rule === 'served'
        ? { earliest: times(({ arrival }) => arrival - 1n), latest: served!.map((us) => us + 1n) }
        : null,
  };
}

function windowQuestions(questions: readonly Question[], rule: Rule): WindowQuestions {
  const isServed = rule === 'served' || rule === 'record';
  return {
    count: questions.length,
    keys: Float64Array.from(questions, ({ key }) => key),
    times: BigInt64Array.from(questions, ({ t }) => t),
    snapshotUs: null,
    servedThrough: rule === 'record' ? BigInt64Array.from(questions, ({ through }) => through) : null,
    active: isServed ? Uint8Array.from(questions, ({ state }) => Number(state === 0 || state === 3)) : null,
    activeUncertain: rule === 'served' ? Uint8Array.from(questions, ({ state }) => Number(state >= 2)) : null,
  };
}

describe('windowed values', () => {
  it('are of exactly the rows of their span that count, and are told apart as the oracle does', () => {
    fc.assert(
      fc.property(cases, ({ rows, questions, rule }) => {
        const answers = new WindowAnswers(FEATURES, questions.length);
        const given = rule === 'record' ? 'served' : rule;
        const answer = windowAnswerer({ features: FEATURES, states: STATES }, windowRows(rows, rule), given);
        // In two parts, as pages of questions are.
        const half = questions.length >> 1;
        const asked = windowQuestions(questions, rule);
        answer(asked, { start: 0, end: half }, answers);
        answer(asked, { start: half, end: questions.length }, answers);
        const columns = answers.columns();
        const expected = { leaks: 0, assumed: 0, uncertain: 0 };
        questions.forEach((each, at) => {
          FEATURES.forEach((feature, place) => {
            const names = naive(rows, feature, each, rule).join(' ');
            const isActive = given !== 'served' || each.state === 0 || each.state === 3;
            expect([feature.name, valueAt(columns[place]!, at)]).toEqual([
              feature.name,
              isActive ? names : null,
            ]);
            const [known, event] = [naive(rows, feature, each, 'known'), naive(rows, feature, each, 'event')];
            expected.leaks += Number(known.join() !== event.join());
            expected.assumed += Number(rule === 'known' && known.some((seen) => rows[seen]!.assumed));
            expected.uncertain += Number(rule === 'served' && isUncertain(rows, feature, each));
          });
        });
        const total = (counted: Float64Array): number => counted.reduce((sum, count) => sum + count, 0);
        expect({
          leaks: total(answers.leaks.counts),
          assumed: total(answers.assumed.counts),
          uncertain: total(answers.uncertain.counts),
        }).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('count of an exact window its newest rows, whatever they hold', () => {
    const rows = [1n, 2n, 2n, 3n].map((event) => ({ ...ROW, event, created: event }));
    const late = { ...ROW, event: 3n, created: 9n };
    const feature = FEATURES.find(({ max, window }) => max === 2 && window.sizeUs === 9n)!;
    const answers = new WindowAnswers([feature], 1);
    const answer = windowAnswerer(
      { features: [feature], states: STATES },
      windowRows([...rows, late], 'known'),
      'known',
    );
    answer(
      windowQuestions([{ key: 0, t: 4n, through: 0n, state: 0 }], 'known'),
      { start: 0, end: 1 },
      answers,
    );
    expect(valueAt(answers.columns()[0]!, 0)).toBe('2 3');
    expect(answers.leaks.counts[0]).toBe(1);
  });
});

const ROW: Row = { key: 0, event: 0n, created: 0n, assumed: false, arrival: 0n, visible: 0n, even: true };

/** A value is claimed where no row of its span may, by the clocks, be visible at T and may not. */
function isUncertain(rows: readonly Row[], feature: WindowedFeature, asked: Question): boolean {
  if (asked.state >= 2) return true;
  if (asked.state === 1) return false;
  return naive(rows, { ...feature, max: null }, asked, 'event').some((place) => {
    const { arrival, visible } = rows[place]!;
    return arrival - 1n <= asked.t && visible + 1n > asked.t;
  });
}
