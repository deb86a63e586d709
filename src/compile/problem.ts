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

/** The candidate closest to `name`, at most a third of its letters away, or undefined. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = name.slice(0, MAX_COMPARED).toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, substitution));
    }
    row = next;
  }
  return row[b.length]!;
}

/** Names are at most 63 characters, outputs of services twice that; longer ones are compared by their beginning. */
const MAX_COMPARED = 128;
