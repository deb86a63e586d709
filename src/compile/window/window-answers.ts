import { type Column, ColumnBuilder } from '../../definition/column-batch.js';
import type { Value } from '../../definition/value.js';
import type { WindowedFeature } from '../windowed-feature-set.js';

/** What a value may have to be told about, by question and feature. */
export class Marks {
  /** Marked values a feature. */
  readonly counts: Float64Array;
  /** 1 for each question with a marked value. */
  readonly rows: Uint8Array;

  constructor(featureCount: number, questionCount: number) {
    this.counts = new Float64Array(featureCount);
    this.rows = new Uint8Array(questionCount);
  }

  mark(feature: number, question: number): void {
    this.counts[feature]! += 1;
    this.rows[question] = 1;
  }
}

/** The answers to a list of questions, as they are found. */
export class WindowAnswers {
  /** Values that `known` and `event` give differently (S17). */
  readonly leaks: Marks;
  /** Values by `known` that rest on a row whose created time is an assumption (S10, S17). */
  readonly assumed: Marks;
  /** Values by `served` at T alone that lie within the clock bound of a change (S18). */
  readonly uncertain: Marks;
  /** Labels that are not complete at the instant of the snapshot, and so NULL. */
  readonly immature: Marks;
  private readonly builders: readonly ColumnBuilder[];

  constructor(
    private readonly features: readonly WindowedFeature[],
    questionCount: number,
  ) {
    this.builders = features.map(({ type }) => new ColumnBuilder(type, questionCount));
    this.leaks = new Marks(features.length, questionCount);
    this.assumed = new Marks(features.length, questionCount);
    this.uncertain = new Marks(features.length, questionCount);
    this.immature = new Marks(features.length, questionCount);
  }

  set(feature: number, question: number, value: Value): void {
    this.builders[feature]!.set(question, value);
  }

  /** Sets the value of a merged state. */
  finish(feature: number, question: number, state: unknown): void {
    this.features[feature]!.finishInto(state, this.builders[feature]!, question);
  }

  /** A column a feature, before its default. */
  columns(): readonly Column[] {
    return this.builders.map((builder) => builder.finish());
  }
}
