import { sameValue, type Value } from '../../definition/value.js';
import type { WindowedFeature, WindowState } from '../windowed-feature-set.js';
import { ChainMarks } from './chain-marks.js';
import { ChainWalk, type WindowQuestion } from './chain-walk.js';
import type { Extremes } from './extremes.js';
import { Lane } from './lane.js';
import { StateTree } from './state-tree.js';
import type { WindowAnswers } from './window-answers.js';
import { type WindowChain, windowChains } from './window-chains.js';
import type { WindowQuestions, WindowRows, WindowRule } from './window-rows.js';

/** What is computed of windows: features, and the states that they name by place. */
export type WindowsAsked = {
  readonly features: readonly WindowedFeature[];
  readonly states: readonly WindowState[];
};

/** Answers the questions from `start` to `end` (not included). */
export type WindowAnswerer = (
  questions: WindowQuestions,
  range: { readonly start: number; readonly end: number },
  answers: WindowAnswers,
) => void;

/**
 * Windowed features as of any instant under any rule (S17 to S22), of rows that hold every key which is asked for. Beside the
 * answers it counts what the report of a retrieval says.
 */
export function windowAnswerer(asked: WindowsAsked, rows: WindowRows, rule: WindowRule): WindowAnswerer {
  const assumed = rule === 'known' && rows.createdAssumed !== null ? assumedTimes(rows) : null;
  const works = windowChains(asked.features, asked.states).flatMap(({ filter, chains }) => {
    const lane = new Lane(rows, filter);
    const trees = stateTrees(asked, rows, lane);
    return chains.map((chain) => workOf({ asked, rows, rule, lane, chain, trees, assumed }));
  });
  return (questions, { start, end }, answers) => {
    for (const work of works) {
      const ask = askerOf(work, { questions, answers, rule });
      for (let question = start; question < end; question++) {
        if (isComplete(work, questions, question)) ask(question);
        else withhold(work, question, answers);
      }
    }
  };
}

/** One chain over its lane, and what is asked of it. */
type Work = {
  /** By the created times; what they tell is the answer, or but counted. */
  readonly byKnown: ChainWalk | null;
  /** By what was served. */
  readonly byServed: ChainWalk | null;
  readonly marks: ChainMarks;
  readonly assumed: Extremes | null;
  readonly visible: { readonly earliest: Extremes; readonly latest: Extremes } | null;
  /** Places of the chain's features. */
  readonly places: readonly number[];
  /** As the chain has it. */
  readonly completeAfterUs: bigint | null;
};

type WorkParts = {
  readonly asked: WindowsAsked;
  readonly rows: WindowRows;
  readonly rule: WindowRule;
  readonly lane: Lane;
  readonly chain: WindowChain;
  /** By the places of the states. */
  readonly trees: readonly StateTree[];
  /** As {@link assumedTimes} has them; null where nobody asks, or there is none. */
  readonly assumed: BigInt64Array | null;
};

function workOf({ asked, rows, rule, lane, chain, trees, assumed }: WorkParts): Work {
  const states = chain.states.map((state) => ({
    aggregate: asked.states[state]!.aggregate,
    tree: trees[state]!,
  }));
  const extremes = (values: BigInt64Array | null): Extremes | null =>
    values === null ? null : lane.extremesOf(values);
  const walk = (from: Extremes | null): ChainWalk =>
    new ChainWalk({ chain, lane, from, states, features: asked.features });
  const known = extremes(rows.createdTimes);
  const { visible } = rows;
  return {
    byKnown: rule === 'served' && known === null ? null : walk(known),
    byServed: rule === 'served' ? walk(extremes(rows.servedFrom)) : null,
    marks: new ChainMarks(chain, lane, known),
    assumed: extremes(assumed),
    visible:
      visible === null
        ? null
        : { earliest: lane.extremesOf(visible.earliest), latest: lane.extremesOf(visible.latest) },
    places: chain.steps.flatMap((step) => step.features.map(({ place }) => place)),
    completeAfterUs: chain.completeAfterUs,
  };
}

function stateTrees(
  { states }: WindowsAsked,
  { rowCount, inputs, orders }: WindowRows,
  lane: Lane,
): StateTree[] {
  return states.map(({ aggregate, argument, category }) => {
    const inputOf = (name: string | null) => (name === null ? null : inputs.get(name)!);
    const rows = { rowCount, argument: inputOf(argument), category: inputOf(category), orders };
    return new StateTree(lane.tree, aggregate, rows, lane.places);
  });
}

/** Later than every T. */
const BEYOND_ALL = 2n ** 63n - 1n;

/** The created time where it is an assumption, beyond every T elsewhere. */
function assumedTimes({ orders: { eventTimes }, createdTimes, createdAssumed }: WindowRows): BigInt64Array {
  const times = createdTimes ?? eventTimes;
  return times.map((us, row) => (createdAssumed![row] === 1 ? us : BEYOND_ALL));
}

/** Whether all rows of the windows were there at the snapshot; of what looks back they always are. */
function isComplete(
  { completeAfterUs }: Work,
  { times, snapshotUs }: WindowQuestions,
  question: number,
): boolean {
  return completeAfterUs === null || times[question]! + completeAfterUs <= snapshotUs!;
}

/** A label that is not complete is absent, never a part of it. */
function withhold({ places }: Work, question: number, answers: WindowAnswers): void {
  for (const feature of places) {
    answers.set(feature, question, null);
    answers.immature.mark(feature, question);
  }
}

type Asking = {
  readonly questions: WindowQuestions;
  readonly answers: WindowAnswers;
  readonly rule: WindowRule;
};

function askerOf(work: Work, { questions, answers, rule }: Asking): (question: number) => void {
  const { keys, times, servedThrough, active, snapshotUs } = questions;
  let at = 0;
  const set = (feature: number, value: Value): void => answers.set(feature, at, value);
  const compare = {
    known: rule === 'served' ? () => undefined : set,
    both: (feature: number, known: Value, all: Value): void => {
      if (!sameValue(all, known)) answers.leaks.mark(feature, at);
      if (rule !== 'served') set(feature, rule === 'event' ? all : known);
    },
  };
  const served = { known: set, both: null };
  return (question) => {
    at = question;
    const tUs = times[question]!;
    const timed: WindowQuestion = { key: keys[question]!, tUs, through: snapshotUs ?? tUs };
    work.byKnown?.ask(timed, compare);
    if (active !== null && active[question] === 0) for (const place of work.places) set(place, null);
    else work.byServed?.ask({ ...timed, through: servedThrough?.[question] ?? tUs }, served);
    markOthers(work, timed, question, { questions, answers });
  };
}

function markOthers(
  { marks, assumed, visible, places }: Work,
  timed: WindowQuestion,
  question: number,
  { questions, answers }: Pick<Asking, 'questions' | 'answers'>,
): void {
  if (assumed !== null) {
    marks.markAtMost(timed, assumed, (feature) => answers.assumed.mark(feature, question));
  }
  const uncertain = (feature: number): void => answers.uncertain.mark(feature, question);
  if (questions.activeUncertain?.[question] === 1) places.forEach(uncertain);
  else if (visible !== null && questions.active?.[question] !== 0) {
    marks.markUncertain(timed, visible, uncertain);
  }
}
