import { ASSERTION } from './regular-expression-program.js';

/** Bits of {@link ASSERTION} that hold at a place of a text. */
export function assertionsAt(text: string, at: number): number {
  const before = at === 0 ? NONE : text.charCodeAt(at - 1);
  const after = at === text.length ? NONE : text.charCodeAt(at);
  let held = isWordUnit(before) === isWordUnit(after) ? ASSERTION.INSIDE : ASSERTION.BOUNDARY;
  if (before === NONE) held |= ASSERTION.START;
  if (before === NONE || before === NEW_LINE) held |= ASSERTION.LINE_START;
  if (after === NONE) held |= ASSERTION.END;
  if (after === NONE || after === NEW_LINE) held |= ASSERTION.LINE_END;
  return held;
}

function isWordUnit(unit: number): boolean {
  if (unit >= 0x61) return unit <= 0x7a;
  if (unit >= 0x41) return unit <= 0x5a || unit === 0x5f;
  return unit >= 0x30 && unit <= 0x39;
}

const NONE = -1;
const NEW_LINE = 10;
