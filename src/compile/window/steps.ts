/** Work in pieces: at each `yield` whoever runs it may let others have a turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Says when a piece of work is large enough, by what was done and not by a clock. */
export class Pace {
  private spent = 0;

  /** Whether others should have a turn after so much more. A unit is a row, or a state, that was looked at. */
  isDue(units: number): boolean {
    this.spent += units;
    if (this.spent < UNITS_A_TURN) return false;
    this.spent = 0;
    return true;
  }
}

/**
 * A millisecond or two: adding a row takes 10 ns where it is a number, and some 200 ns where a list of values is kept. What is read
 * meanwhile comes in many small parts, each of which waits for a turn.
 */
const UNITS_A_TURN = 8_192;
