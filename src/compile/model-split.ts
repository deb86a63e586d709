import type { ModelDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { parseTimestamp } from '../definition/time.js';

/** Instants that part the rows of a training set, microseconds: train before `validateFromUs`, evaluate from `evaluateFromUs`. */
export type ModelSplit = {
  /** Null where no row validates; then everything before `evaluateFromUs` trains. */
  readonly validateFromUs: bigint | null;
  readonly evaluateFromUs: bigint;
};

/** Reads a split; null, with problems, when an instant is none or validation does not begin before evaluation. */
export function compileSplit(
  { validateFrom, evaluateFrom }: ModelDocument['split'],
  problems: Problem[],
): ModelSplit | null {
  const validateFromUs =
    validateFrom === undefined ? null : instant(validateFrom, '/split/validateFrom', problems);
  const evaluateFromUs = instant(evaluateFrom, '/split/evaluateFrom', problems);
  if (evaluateFromUs === null) return null;
  if (validateFromUs !== null && validateFromUs >= evaluateFromUs) {
    const message = `"${validateFrom}" is not before evaluateFrom, "${evaluateFrom}"; rows in between validate`;
    problems.push({ path: '/split/validateFrom', message });
  }
  return { validateFromUs, evaluateFromUs };
}

function instant(text: string, path: string, problems: Problem[]): bigint | null {
  const us = parseTimestamp(text);
  if (us === null) problems.push({ path, message: `"${text}" is no time; write RFC 3339 with a zone` });
  return us;
}
