import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, valueAt } from '../../definition/column-batch.js';
import { spanOf, type Window } from '../../definition/window.js';
import type { Aggregate } from '../aggregate/aggregate.js';
import { aggregateOf } from '../aggregate/aggregate-of.js';
import type { WindowedFeature, WindowState } from '../windowed-feature-set.js';
import { type Instants, instantsOf } from './instants.js';
import type { Steps } from './steps.js';
import { WindowAnswers } from './window-answers.js';
import type { WindowQuestions, WindowRows, WindowRule } from './window-rows.js';
import { windowAnswerer } from './windowed-values.js';

/** An aggregate whose value is which rows it was given, and that refuses one twice. */
const WHICH_ROWS = aggregateOf<Set<bigint>>({
  type: 'STRING',
  family: 'which rows',
  isOrdered: true,
  create: () => new Set(),
  add: (state, { orders }, row) => addOnce(state, orders.sequences[row]!),
  merge: (state, other) => {
    for (const sequence of other) addOnce(state, sequence);
  },
  finish: (state) => [...state].toSorted((a, b) => Number(a - b)).join(' '),
  write: () => undefined,
  read: () => new Set(),
  maxBytes: 0,
});

function addOnce(state: Set<bigint>, sequence: bigint): void {
  if (state.has(sequence)) throw new Error(`row ${sequence} is there twice`);
  state.add(sequence);
}

const CALL = { name: 'COUNT', argumentType: null, parameters: {}, scale: null };
const STATES: readonly WindowState[] = [null, 'even', null].map((filter) => ({
  call: CALL,
  aggregate: WHICH_ROWS,
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
    finish: state.aggregate.finish,
    finishInto: state.aggregate.finishInto,
  })),
);

const ASKED = { features: FEATURES, states: STATES };

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
  /** Where all of it lies: where doubles hold each microsecond, at both edges of that, and beyond. */
  atUs: fc.constantFrom(0n, 0n, 1_700_000_000_000_000n, 2n ** 53n, -(2n ** 53n), 250_000_000_000_000_000n),
});

/** The same rows and questions, so much later. */
function moved(
  { rows, questions }: { readonly rows: readonly Row[]; readonly questions: readonly Question[] },
  byUs: bigint,
): { readonly rows: readonly Row[]; readonly questions: readonly Question[] } {
  return {
    rows: rows.map(({ event, created, arrival, visible, ...each }) => ({
      ...each,
      event: event + byUs,
      created: created + byUs,
      arrival: arrival + byUs,
      visible: visible + byUs,
    })),
    questions: questions.map((each) => ({ ...each, t: each.t + byUs })),
  };
}

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
  const integers = (of: (each: Row) => bigint): BigInt64Array => BigInt64Array.from(rows, of);
  const times = (of: (each: Row) => bigint): Instants => instantsOf(integers(of));
  const sequences = BigInt64Array.from(rows, (_, place) => BigInt(place));
  const isLate = rows.some(({ created, event }) => created > event);
  const orders = {
    eventTimes: integers(({ event }) => event),
    orderTimes: sequences,
    orderColumn: null,
    sequences,
  };
  const served = rule === 'served' ? times(({ visible }) => visible) : null;
  return {
    rowCount: rows.length,
    keys: Float64Array.from(rows, ({ key }) => key),
    eventTimes: times(({ event }) => event),
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
    servedFrom: rule === 'record' ? instantsOf(sequences) : served,
    visible:
      rule === 'served'
        ? { earliest: times(({ arrival }) => arrival - 1n), latest: times(({ visible }) => visible + 1n) }
        : null,
  };
}

function windowQuestions(questions: readonly Question[], rule: Rule): WindowQuestions {
  const isServed = rule === 'served' || rule === 'record';
  return {
    count: questions.length,
    keys: Float64Array.from(questions, ({ key }) => key),
    times: instantsOf(BigInt64Array.from(questions, ({ t }) => t)),
    snapshotUs: null,
    servedThrough: rule === 'record' ? BigInt64Array.from(questions, ({ through }) => through) : null,
    active: isServed ? Uint8Array.from(questions, ({ state }) => Number(state === 0 || state === 3)) : null,
    activeUncertain: rule === 'served' ? Uint8Array.from(questions, ({ state }) => Number(state >= 2)) : null,
  };
}

describe('windowed values', () => {
  it('are of exactly the rows of their span that count, and are told apart as the oracle does', () => {
    fc.assert(
      fc.property(cases, ({ rule, atUs, ...given }) => {
        const { rows, questions } = moved(given, atUs);
        const answers = new WindowAnswers(FEATURES, questions.length);
        const as = rule === 'record' ? 'served' : rule;
        const answer = toTheEnd(windowAnswerer(ASKED, windowRows(rows, rule), as));
        // In two parts, as pages of questions are.
        const half = questions.length >> 1;
        const asked = windowQuestions(questions, rule);
        toTheEnd(answer(asked, { start: 0, end: half }, answers));
        toTheEnd(answer(asked, { start: half, end: questions.length }, answers));
        const columns = answers.columns();
        const expected = { leaks: 0, assumed: 0, uncertain: 0 };
        questions.forEach((each, at) => {
          FEATURES.forEach((feature, place) => {
            const names = naive(rows, feature, each, rule).join(' ');
            const isActive = as !== 'served' || each.state === 0 || each.state === 3;
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
    const asked = { features: [feature], states: STATES };
    const answer = toTheEnd(windowAnswerer(asked, windowRows([...rows, late], 'known'), 'known'));
    const questions = windowQuestions([{ key: 0, t: 4n, through: 0n, state: 0 }], 'known');
    toTheEnd(answer(questions, { start: 0, end: 1 }, answers));
    expect(valueAt(answers.columns()[0]!, 0)).toBe('2 3');
    expect(answers.leaks.counts[0]).toBe(1);
  });

  it('of one key with very many rows are made piece by piece, its tree once', () => {
    const rows = Array.from({ length: 300_000 }, (_, i) => {
      const event = BigInt(i);
      // Every thousandth is known later, so that nodes on every level are of both kinds.
      return { ...ROW, event, created: event + (i % 1_000 === 0 ? 5_000n : 0n) };
    });
    const seen = { added: 0, merged: 0 };
    const counting = countingAggregate(seen);
    const states = [{ ...STATES[0]!, aggregate: counting }];
    const { finish, finishInto, type } = counting;
    const features = [10_000n, 200_000n, null].map((sizeUs): WindowedFeature => {
      const window = { sizeUs, hopUs: 1_000n, offsetUs: 0n };
      return { ...FEATURES[0]!, window, type, state: 0, finish, finishInto };
    });
    const asked = [299_999n, 250_000n, 123_456n].map((t) => ({ key: 0, t, through: 0n, state: 0 }));
    const pieces: number[] = [];
    const measured = <Result>(steps: Steps<Result>): Result => {
      for (let before = 0; ; before = seen.added + seen.merged) {
        const step = steps.next();
        pieces.push(seen.added + seen.merged - before);
        if (step.done === true) return step.value;
      }
    };
    const answer = measured(windowAnswerer({ features, states }, windowRows(rows, 'known'), 'known'));
    for (const again of [false, true]) {
      const answers = new WindowAnswers(features, asked.length);
      seen.added = 0;
      seen.merged = 0;
      measured(answer(windowQuestions(asked, 'known'), { start: 0, end: asked.length }, answers));
      asked.forEach(({ t }, at) => {
        const counts = answers.columns().map((column) => valueAt(column, at));
        expect(counts).toEqual(
          features.map((feature) => {
            const { afterUs } = spanOf(feature.window, t);
            const from = afterUs === null ? 0 : Math.max(0, Number(afterUs) + 1);
            return BigInt(rows.slice(from, Number(t) + 1).filter(({ created }) => created <= t).length);
          }),
        );
      });
      // Rows are added to a tree once.
      expect(seen.added).toBeLessThan(again ? 5_000 : 305_000);
    }
    expect(pieces.length).toBeGreaterThan(8);
    expect(Math.max(...pieces)).toBeLessThan(50_000);
  });
});

/** COUNT(*), and what it was asked to do. */
function countingAggregate(seen: { added: number; merged: number }): Aggregate {
  return aggregateOf<{ count: number }>({
    type: 'INT64',
    family: 'seen',
    create: () => ({ count: 0 }),
    add: (state) => {
      seen.added++;
      state.count++;
    },
    merge: (state, other) => {
      seen.merged++;
      state.count += other.count;
    },
    finish: ({ count }) => BigInt(count),
    write: () => undefined,
    read: () => ({ count: 0 }),
    maxBytes: 0,
  });
}

function toTheEnd<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

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
