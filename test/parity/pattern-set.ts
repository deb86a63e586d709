/** A code point is in a set when one of the same letter in any case is. */
export function anyCase(has: (point: number) => boolean): (point: number) => boolean {
  return (point) => casesOf(point).some(has);
}

function casesOf(point: number): readonly number[] {
  return CASES.get(letterOf(point)) ?? [point];
}

/** What all cases of a letter have in common; the letters of Turkish have no other case. */
function letterOf(point: number): number {
  if (point === 0x130 || point === 0x131) return point;
  const upper = String.fromCodePoint(point).toUpperCase();
  const lower = ([...upper].length === 1 ? upper : String.fromCodePoint(point)).toLowerCase();
  return [...lower].length === 1 ? lower.codePointAt(0)! : point;
}

const CASES = new Map<number, number[]>();
for (let point = 0; point < 0x1f000; point++) {
  if (point >= 0xd800 && point < 0xe000) continue;
  const letter = letterOf(point);
  CASES.set(letter, [...(CASES.get(letter) ?? []), point]);
}

function among(expression: RegExp): (point: number) => boolean {
  return (point) => expression.test(String.fromCodePoint(point));
}

/** `\d` and its kind: ASCII; in capitals what is not in them. */
export const PERL: Readonly<Record<string, (point: number) => boolean>> = {
  d: among(/^[0-9]$/),
  w: among(/^[0-9A-Za-z_]$/),
  s: among(/^[\t\n\f\r ]$/),
};

/** `[:alpha:]` and its kind: ASCII. */
export const NAMED: Readonly<Record<string, (point: number) => boolean>> = {
  alpha: among(/^[A-Za-z]$/),
  digit: among(/^[0-9]$/),
  alnum: among(/^[0-9A-Za-z]$/),
  upper: among(/^[A-Z]$/),
  lower: among(/^[a-z]$/),
  word: among(/^\w$/),
  space: among(/^[\t\n\v\f\r ]$/),
  punct: among(/^[!-/:-@[-`{-~]$/),
};
