import type { Problem } from '../definition/error.js';

/** A part that another system's form of a model cannot carry; the message says what, and what to do. */
export class ExportRefusal extends Error {}

/** Calls `make`, and adds a problem at `path` of the model's definition where it is refused. */
export function collectRefusal<T>(path: string, problems: Problem[], make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ExportRefusal)) throw error;
    const { message } = error;
    // Several outputs of a transform may stand for one that was written.
    if (!problems.some((other) => other.path === path && other.message === message))
      problems.push({ path, message });
    return null;
  }
}
