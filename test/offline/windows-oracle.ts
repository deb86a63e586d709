import type { AggregateName, AggregateParameters } from '../../src/compile/aggregate/aggregate-function.js';
import { sameValue, type Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { spanOf, type Window } from '../../src/definition/window.js';
import { naiveAggregate } from '../support/naive-aggregates.js';
import type { OracleQuestion, OracleRow, OracleRules } from './oracle.js';

/** A feature over windows, twice: as a document says it, and as the oracle computes it. */
export type OracleFeature = {
  readonly document: {
    readonly name: string;
    readonly aggregate: string;
    readonly window: string;
    readonly hop?: string;
    readonly offset?: string;
    readonly filter?: string;
    readonly max?: number;
    readonly default?: unknown;
  };
  readonly window: Window;
  readonly aggregate: AggregateName;
  readonly parameters?: AggregateParameters;
  /** What is aggregated; null is rows. */
  readonly argument: { readonly type: ValueType; readonly of: (row: OracleRow) => Value } | null;
  readonly filter?: (row: OracleRow) => boolean;
  readonly newest?: number;
  readonly defaultValue?: Value;
};

/** Clocks are not trusted further than this (S18). */
const BOUND_US = 50_000n;

export type OracleCell = { readonly value: Value; readonly status: string };

/** S13 to S22 by looking at every row. */
export function oracleCell(
  rows: readonly OracleRow[],
  question: OracleQuestion,
  rules: OracleRules,
  feature: OracleFeature,
): OracleCell {
  const isActive =
    rules.knowledge === 'record'
      ? question.sequence !== null
      : rules.knowledge !== 'served' || (rules.activeUs !== null && question.t >= rules.activeUs);
  const value = isActive ? aggregated(rows, seenRows(rows, question, rules, feature), feature) : null;
  const status = isActive ? (value === null ? 'NULL' : 'PRESENT') : 'NOT_FOUND';
  return { value: value ?? feature.defaultValue ?? null, status };
}

/** Cells that `known` and `event` give differently (S17). */
export function oracleLeaks(
  rows: readonly OracleRow[],
  questions: readonly OracleQuestion[],
  rules: OracleRules,
  features: readonly OracleFeature[],
): number {
  return countCells(questions, features, (question, feature) => {
    const [known, event] = (['known', 'event'] as const).map((knowledge) => {
      return oracleCell(rows, question, { ...rules, knowledge }, feature);
    });
    return !sameValue(known!.value, event!.value) || known!.status !== event!.status;
  });
}

/** Cells by `known` that rest on a row whose created time was assumed (S10). */
export function oracleAssumed(
  rows: readonly OracleRow[],
  questions: readonly OracleQuestion[],
  { rules, isAssumed }: { readonly rules: OracleRules; readonly isAssumed: (place: number) => boolean },
  features: readonly OracleFeature[],
): number {
  return countCells(questions, features, (question, feature) =>
    seenRows(rows, question, { ...rules, knowledge: 'known' }, feature).some(isAssumed),
  );
}

/** Cells of which the clocks leave open what the answer had (S18). */
export function oracleUnclaimed(
  rows: readonly OracleRow[],
  questions: readonly OracleQuestion[],
  { activeUs, ...rules }: OracleRules,
  features: readonly OracleFeature[],
): number {
  if (activeUs === null) return 0;
  return countCells(questions, features, (question, feature) => {
    const { t } = question;
    if (t >= activeUs - BOUND_US && t < activeUs + BOUND_US) return true;
    if (t < activeUs) return false;
    const inSpan = seenRows(rows, question, { ...rules, activeUs, knowledge: 'event' }, unlimited(feature));
    return inSpan.some((place) => {
      const { arrival, visible } = rows[place]!;
      return arrival - BOUND_US <= t && visible + BOUND_US > t;
    });
  });
}

function countCells(
  questions: readonly OracleQuestion[],
  features: readonly OracleFeature[],
  counts: (question: OracleQuestion, feature: OracleFeature) => boolean,
): number {
  return questions.reduce(
    (sum, question) => sum + features.filter((feature) => counts(question, feature)).length,
    0,
  );
}

function unlimited({ newest: _, ...feature }: OracleFeature): OracleFeature {
  return feature;
}

/** Places of the rows that count, which are their sequences, the oldest first. */
function seenRows(
  rows: readonly OracleRow[],
  question: OracleQuestion,
  rules: OracleRules,
  { window, filter, newest }: OracleFeature,
): readonly number[] {
  const { afterUs, throughUs } = spanOf(window, question.t);
  const places = [...rows.keys()].filter((place) => {
    const row = rows[place]!;
    if (row.a !== question.a || row.b === null || row.b !== question.b || row.gone === true) return false;
    if ((afterUs !== null && row.event <= afterUs) || row.event > throughUs) return false;
    return counts(row, place, question, rules) && (filter === undefined || filter(row));
  });
  const inOrder = places.toSorted((a, b) => older(rows, a, b));
  return newest === undefined ? inOrder : inOrder.slice(-newest);
}

function counts(
  row: OracleRow,
  place: number,
  { t, sequence }: OracleQuestion,
  { knowledge, snapshot }: OracleRules,
): boolean {
  if (BigInt(place) > snapshot) return false;
  if (knowledge === 'event') return true;
  if (knowledge === 'known') return row.created <= t;
  return knowledge === 'served' ? row.visible <= t : sequence !== null && BigInt(place) <= sequence;
}

function older(rows: readonly OracleRow[], a: number, b: number): number {
  const [x, y] = [rows[a]!, rows[b]!];
  const seq = (row: OracleRow): bigint => row.seq ?? -100n;
  return Number(x.event - y.event) || Number(x.created - y.created) || Number(seq(x) - seq(y)) || a - b;
}

function aggregated(
  rows: readonly OracleRow[],
  places: readonly number[],
  { aggregate, argument, parameters = {} }: OracleFeature,
): Value {
  const ordered = places.map((place, at) => ({
    order: { eventTime: BigInt(at), orderTime: 0n, orderColumn: null, sequence: BigInt(place) },
    value: argument === null ? null : argument.of(rows[place]!),
  }));
  const type = argument === null ? null : { type: argument.type };
  return naiveAggregate(aggregate, type, parameters, ordered);
}
