import { PlumblineError, type Problem } from '../definition/error.js';
import type { IntakeRequest, RefusedRow } from './delivery.js';

/** Problems that one refusal lists; more are counted. */
const MAX_PROBLEMS = 100;

/** The problem of a row that is ahead of the clock carries this as its `code`. */
export const AHEAD = 'FUTURE_EVENT';

/** The error for a delivery that is refused as a whole, with every problem by its place in the caller's input. */
export function refusalOf(refused: readonly RefusedRow[], place: IntakeRequest['place']): PlumblineError {
  const problems = refused.flatMap(({ ordinal, problems: own }) =>
    own.map((problem): Problem => ({ ...problem, path: `${place(ordinal)}${problem.path}` })),
  );
  const first = problems[0]!;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const code = problems.every((problem) => problem['code'] === AHEAD) ? AHEAD : 'INVALID_ROW';
  return new PlumblineError(code, `${first.path}: ${first.message}${more}; no row was taken`, {
    path: first.path,
    problems: problems.slice(0, MAX_PROBLEMS),
  });
}
