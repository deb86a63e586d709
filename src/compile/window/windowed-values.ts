import { sameValue, type Value } from '../../definition/value.js';
import type { ValueSink } from './chain-walk.js';
import { type Instant, instantOf } from './instants.js';
import { Lane } from './lane.js';
import { Pace, type Steps } from './steps.js';
import type { WindowAnswers } from './window-answers.js';
import { windowChains } from './window-chains.js';
import type { WindowQuestions, WindowRows, WindowRule } from './window-rows.js';
import { assumedTimes, stateTrees, type WindowsAsked, type WindowWork, windowWork } from './window-work.js';

/** Answers the questions from `start` to `end` (not included), piece by piece. */
export type WindowAnswerer = (
  questions: WindowQuestions,
  range: { readonly start: number; readonly end: number },
  answers: WindowAnswers,
) => Steps<void>;

/**
 * Windowed features as of any instant under any rule (S17 to S22), of rows that hold every key which is asked for. Beside the
 * answers it counts what the report of a retrieval says. A piece of its work is bounded, but for a pass over one column of the
 * rows, and for a question that has very many rows of which some are known and some are not, here and there.
 */
export function* windowAnswerer(
  asked: WindowsAsked,
  rows: WindowRows,
  rule: WindowRule,
): Steps<WindowAnswerer> {
  const pace = new Pace();
  const assumed = rule === 'known' && rows.createdAssumed !== null ? assumedTimes(rows) : null;
  const works: WindowWork[] = [];
  for (const { filter, chains } of windowChains(asked.features, asked.states)) {
    const lane = new Lane(rows, filter);
    for (const column of [rows.createdTimes, rows.servedFrom, assumed]) {
      if (column !== null) lane.extremesOf(column);
      if (pace.isDue(rows.rowCount)) yield;
    }
    const trees = stateTrees(asked, rows, lane, chains);
    works.push(...chains.map((chain) => windowWork({ asked, rows, rule, lane, chain, trees, assumed })));
  }
  return function* answer(questions, range, answers) {
    for (const work of works) {
      const asking = { work, questions, answers, rule, ...boundsOf(work, questions) };
      yield* askAll(asking, range, pace);
    }
  };
}

function* askAll(
  asking: Asking,
  { start, end }: { readonly start: number; readonly end: number },
  pace: Pace,
): Steps<void> {
  const { work, questions, answers } = asking;
  const ask = askerOf(asking);
  for (let question = start; question < end; question++) {
    let spent = 1;
    if (isComplete(asking, question)) {
      const rowCount = work.bounds.locate(questions.keys[question]!, questions.times[question]!);
      if (rowCount >= MANY_ROWS) yield* prepare(asking, question, pace);
      spent = ask(question);
    } else {
      withhold(work, question, answers);
    }
    if (pace.isDue(spent)) yield;
  }
}

/** A window of so many rows may need states of many rows that are not made yet. */
const MANY_ROWS = 4_096;

type Asking = {
  readonly work: WindowWork;
  readonly questions: WindowQuestions;
  readonly answers: WindowAnswers;
  readonly rule: WindowRule;
  /** Up to when rows must be known to count; null is T. */
  readonly snapshot: Instant | null;
  /** The last T of which all rows of the windows were there at the snapshot; null where they always are. */
  readonly completeThrough: Instant | null;
};

function boundsOf(
  { completeAfterUs }: WindowWork,
  { snapshotUs }: WindowQuestions,
): Pick<Asking, 'snapshot' | 'completeThrough'> {
  return {
    snapshot: snapshotUs === null ? null : instantOf(snapshotUs),
    completeThrough: completeAfterUs === null ? null : instantOf(snapshotUs! - completeAfterUs),
  };
}

function isComplete({ completeThrough, questions }: Asking, question: number): boolean {
  return completeThrough === null || questions.times[question]! <= completeThrough;
}

/** A label that is not complete is absent, never a part of it. */
function withhold({ places }: WindowWork, question: number, answers: WindowAnswers): void {
  for (const feature of places) {
    answers.set(feature, question, null);
    answers.immature.mark(feature, question);
  }
}

function* prepare(asking: Asking, question: number, pace: Pace): Steps<void> {
  const { byKnown, byServed } = asking.work;
  if (byKnown !== null) yield* byKnown.prepare(knownThrough(asking, question), pace);
  if (byServed !== null) yield* byServed.prepare(servedThrough(asking, question), pace);
}

function knownThrough({ questions: { times }, snapshot }: Asking, question: number): Instant {
  return snapshot ?? times[question]!;
}

/** Up to when, or where in the log, rows count in what was served. */
function servedThrough({ questions }: Asking, question: number): Instant {
  return questions.servedThrough?.[question] ?? questions.times[question]!;
}

/** Asks a question that was located; gives how much was done. */
function askerOf(asking: Asking): (question: number) => number {
  const { work, questions, answers, rule } = asking;
  const { active } = questions;
  let at = 0;
  const finish = (feature: number, state: unknown): void => answers.finish(feature, at, state);
  const compare: ValueSink = {
    known: rule === 'served' ? () => undefined : finish,
    both: (feature: number, known: Value, all: Value): void => {
      if (!sameValue(all, known)) answers.leaks.mark(feature, at);
      if (rule !== 'served') answers.set(feature, at, rule === 'event' ? all : known);
    },
  };
  const served: ValueSink = { known: finish, both: null };
  return (question) => {
    at = question;
    let spent = work.byKnown?.ask(knownThrough(asking, question), compare) ?? 0;
    if (active !== null && active[question] === 0) {
      for (const place of work.places) answers.set(place, question, null);
    } else {
      spent += work.byServed?.ask(servedThrough(asking, question), served) ?? 0;
    }
    markOthers(asking, question);
    return spent;
  };
}

function markOthers(asking: Asking, question: number): void {
  const { work, questions, answers } = asking;
  const { marks, assumed, visible, places } = work;
  if (assumed !== null) {
    const mark = (feature: number): void => answers.assumed.mark(feature, question);
    marks.markAtMost(knownThrough(asking, question), assumed, mark);
  }
  const uncertain = (feature: number): void => answers.uncertain.mark(feature, question);
  if (questions.activeUncertain?.[question] === 1) places.forEach(uncertain);
  else if (visible !== null && questions.active?.[question] !== 0) {
    marks.markUncertain(questions.times[question]!, visible, uncertain);
  }
}
