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

/** A mistake after which nothing is read any more: nesting too deep, or one mistake too many. */
export class LastMistake extends SyntaxMistake {}

/** Mistakes after which no more are looked for: more than are told, because some that stand further left are found later. */
export const MAX_MISTAKES_FOUND = 100;

/** Gives a mistake its line and column and puts them before its message. */
export function problemOf(text: string, mistake: Mistake): ExpressionProblem {
  const { line, column } = placeOf(text, mistake.position);
  const meant = mistake.suggestion === undefined ? '' : `; did you mean ${mistake.suggestion}?`;
  const message = `${line}:${column} ${mistake.message}${meant}`;
  const found = mistake.found === undefined ? {} : { found: shortened(mistake.found) };
  return { ...mistake, ...found, path: '', message, line, column };
}

/** What stands in the text may be all of it. */
function shortened(found: string): string {
  return found.length > MAX_FOUND ? `${found.slice(0, MAX_FOUND)}…` : found;
}

/** Line and column of an offset, both from 1, in code units. */
export function placeOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position);
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n') };
}

const MAX_FOUND = 128;
