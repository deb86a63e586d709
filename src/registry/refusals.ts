import { type ErrorCode, PlumblineError, type Problem } from '../definition/error.js';
import type { DocumentInput } from './yaml-documents.js';

/** Collects what is wrong with the documents of one request, so that one answer names all of it. */
export class Refusals {
  private readonly codes = new Set<ErrorCode>();
  private readonly problems: Problem[] = [];

  /** @param pathOf where document `index` stands in the request, a JSON pointer. */
  constructor(
    private readonly inputs: readonly DocumentInput[],
    private readonly pathOf: (index: number) => string,
  ) {}

  /** Adds problems of document `index`, by their paths in it. */
  add(index: number, code: ErrorCode, problems: readonly Problem[]): void {
    if (problems.length > 0) this.codes.add(code);
    for (const problem of problems) {
      const path = `${this.pathOf(index)}${problem.path}`;
      this.problems.push({ ...problem, ...this.inputs[index]!.locate(problem.path), path });
    }
  }

  /** Adds what a check threw; anything but a caller's error goes on its way. */
  addThrown(index: number, cause: unknown): void {
    if (!(cause instanceof PlumblineError) || cause.code === 'INTERNAL') throw cause;
    const { problems, path } = cause.details;
    this.add(index, cause.code, problems ?? [{ path: path ?? '', message: cause.message }]);
  }

  /** Throws one error for everything that was added. Different codes together are INVALID_DOCUMENT. */
  throwIfAny(): void {
    if (this.problems.length === 0) return;
    const code = this.codes.size === 1 ? [...this.codes][0]! : 'INVALID_DOCUMENT';
    const shown = this.problems.slice(0, MAX_SHOWN).map(({ path, message }) => `${path || '/'}: ${message}`);
    const more = this.problems.length - shown.length;
    const listed = shown.join('; ') + (more > 0 ? `; and ${more} more` : '');
    throw new PlumblineError(code, `nothing was registered: ${listed}`, { problems: this.problems });
  }
}

/** Problems that the message itself spells out; `problems` has them all. */
const MAX_SHOWN = 3;
