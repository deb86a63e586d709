import { codePointCount } from './text.js';

/**
 * EDIT_DISTANCE: how many code points have to be put in, taken out or replaced to make one text of the other. NULL where the
 * lengths multiply to more than {@link MAX_EDIT_CELLS}. Source: Wagner, Fischer: The String-to-String Correction Problem.
 * Journal of the ACM 21 (1974), row by row.
 */
export function editDistance(a: string, b: string): bigint | null {
  if (codePointCount(a) * codePointCount(b) > MAX_EDIT_CELLS) return null;
  const columns = codesOf(b);
  const distances = Int32Array.from({ length: columns.length + 1 }, (_, index) => index);
  for (const code of codesOf(a)) nextRow(distances, columns, code);
  return BigInt(distances[columns.length]!);
}

/** Comparisons that one value may take: some 30 ms. */
export const MAX_EDIT_CELLS = 16_777_216;

/** Distances of one more code point of the first text from every prefix of the second one. */
function nextRow(distances: Int32Array, columns: Int32Array, code: number): void {
  let diagonal = distances[0]!;
  let left = diagonal + 1;
  distances[0] = left;
  for (let i = 0; i < columns.length; i++) {
    const above = distances[i + 1]!;
    const replaced = diagonal + (columns[i] === code ? 0 : 1);
    left = Math.min(replaced, above + 1, left + 1);
    distances[i + 1] = left;
    diagonal = above;
  }
}

function codesOf(text: string): Int32Array {
  return Int32Array.from(Array.from(text, (point) => point.codePointAt(0)!));
}
