import { PlumblineError, type Problem } from '../definition/error.js';
import type { IntakeRequest, RefusedRow } from './delivery.js';

/** Problems that one refusal lists; more are counted. */
const MAX_PROBLEMS = 100;

/** The problem of a row that is ahead of the clock carries this as its `code`. */
export const AHEAD = 'FUTURE_EVENT';

/** The error for a delivery that is refused as a whole: its first problems by their place in the caller's input. */
export function refusalOf(refused: readonly RefusedRow[], place: IntakeRequest['place']): PlumblineError {
  const problems: Problem[] = [];
  let count = 0;
  let isAhead = true;
  for (const { ordinal, problems: own } of refused) {
    count += own.length;
    isAhead &&= own.every((problem) => problem['code'] === AHEAD);
    for (const problem of own.slice(0, MAX_PROBLEMS - problems.length))
      problems.push({ ...problem, path: `${place(ordinal)}${problem.path}` });
  }
  const first = problems[0]!;
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const message = `${first.path}: ${first.message}${more}; no row was taken`;
  return new PlumblineError(isAhead ? AHEAD : 'INVALID_ROW', message, { path: first.path, problems });
}
