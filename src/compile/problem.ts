import type { Problem } from '../definition/error.js';

/** One mistake in an expression: `position` is the 0-based code unit offset, `line` and `column` count from 1. */
export type ExpressionProblem = Problem & {
  readonly position: number;
  readonly line: number;
  readonly column: number;
  /** What stands there. */
  readonly found?: string;
  /** What could stand there. */
  readonly expected?: string;
  /** What was probably meant. */
  readonly suggestion?: string;
};

/** A mistake before its place has been counted out: what the parser and the checker report. */
export type Mistake = {
  readonly position: number;
  readonly message: string;
  readonly found?: string;
  readonly expected?: string;
  readonly suggestion?: string;
};

/** The text is no expression: parsing ends at the first of these. */
export class SyntaxMistake extends Error {
  constructor(readonly mistake: Mistake) {
    super(mistake.message);
  }
}

/** Gives a mistake its line and column and puts them before its message. */
export function problemOf(text: string, mistake: Mistake): ExpressionProblem {
  const before = text.slice(0, mistake.position);
  const lineStart = before.lastIndexOf('\n') + 1;
  const line = before.split('\n').length;
  const column = mistake.position - lineStart + 1;
  const meant = mistake.suggestion === undefined ? '' : `; did you mean ${mistake.suggestion}?`;
  const message = `${line}:${column} ${mistake.message}${meant}`;
  return { ...mistake, path: '', message, line, column };
}
