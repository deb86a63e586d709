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

/** Part of the text is no expression; what reads the expression around it records the mistake and goes on. */
export class SyntaxMistake extends Error {
  constructor(readonly mistake: Mistake) {
    super(mistake.message);
  }
}

/** Nesting beyond the limit: nothing goes on after it. */
export class TooDeep extends SyntaxMistake {}

/** Gives a mistake its line and column and puts them before its message. */
export function problemOf(text: string, mistake: Mistake): ExpressionProblem {
  const { line, column } = placeOf(text, mistake.position);
  const meant = mistake.suggestion === undefined ? '' : `; did you mean ${mistake.suggestion}?`;
  const message = `${line}:${column} ${mistake.message}${meant}`;
  return { ...mistake, path: '', message, line, column };
}

/** Line and column of an offset, both from 1, in code units. */
export function placeOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n') };
}
