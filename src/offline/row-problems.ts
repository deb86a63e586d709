import { PlumblineError, type Problem } from '../definition/error.js';
import { pointerToken } from '../platform/json-pointer.js';

/** Bad values that are listed; a frame that is wrong is wrong everywhere. */
const MAX_PROBLEMS = 20;

/** Bad values of one batch of a frame, to be refused together. */
export class RowProblems {
  private readonly problems: Problem[] = [];

  /**
   * @param place JSON pointer of the list of rows in the body, empty where the body is that list.
   * @param firstRow Place of the batch's first row in the frame, from 0.
   */
  constructor(
    private readonly place: string,
    private readonly firstRow: number,
  ) {}

  /** `row` counts from 0 in the batch. */
  add(row: number, column: string, message: string): void {
    if (this.problems.length >= MAX_PROBLEMS) return;
    const at = this.firstRow + row;
    this.problems.push({
      path: `${this.place}/${at}${pointerToken(column)}`,
      message,
      row: at + 1,
      column,
    });
  }

  /** Throws INVALID_FRAME. */
  throwIfAny(): void {
    const [first] = this.problems;
    if (first === undefined) return;
    const message = `row ${first['row']}, column "${first['column']}": ${first.message}`;
    throw new PlumblineError('INVALID_FRAME', message, { path: first.path, problems: this.problems });
  }
}
