import type { Value } from '../../src/definition/value.js';
import type { StrictOperation } from './oracle-kind.js';
import { type Found, findPattern } from './pattern-match.js';
import { readPattern } from './pattern-reader.js';
import type { PatternTree } from './pattern-tree.js';

/** GoogleSQL's functions of regular expressions over code points, by a search that tries everything. */
export const REGULAR_EXPRESSIONS: Readonly<Record<string, StrictOperation>> = {
  regexp_contains: withPattern((text, { tree }) => findPattern(tree, text, 0) !== null),
  regexp_extract: withPattern((text, pattern) => extracted(text, pattern, [1n, 1n])),
  regexp_extract_position: withPattern((text, pattern, [position]) =>
    extracted(text, pattern, [int(position), 1n]),
  ),
  regexp_extract_occurrence: withPattern((text, pattern, [position, occurrence]) =>
    extracted(text, pattern, [int(position), int(occurrence)]),
  ),
  regexp_extract_all: withPattern((text, { tree, groups }) => {
    if (groups > 1) return null;
    const parts = extractions(text, tree).map(({ found }) => part(text, found[groups]) ?? '');
    const bytes = parts.reduce((sum, each) => sum + 8 + Buffer.byteLength(each), 0);
    return bytes <= 1_048_576 ? parts : null;
  }),
  regexp_replace: withPattern((text, { tree, groups }, [replacement]) => {
    const write = rewriter(replacement as string, groups);
    return write === null ? null : replaced(text, tree, (found) => write(text, found));
  }),
  regexp_instr: withPattern((text, pattern) => placeOf(text, pattern, [1n, 1n, 0n])),
  regexp_instr_position: withPattern((text, pattern, [position]) =>
    placeOf(text, pattern, [int(position), 1n, 0n]),
  ),
  regexp_instr_occurrence: withPattern((text, pattern, [position, occurrence]) =>
    placeOf(text, pattern, [int(position), int(occurrence), 0n]),
  ),
  regexp_instr_after: withPattern((text, pattern, [position, occurrence, after]) =>
    placeOf(text, pattern, [int(position), int(occurrence), int(after)]),
  ),
};

type Pattern = { readonly source: string; readonly tree: PatternTree; readonly groups: number };

function withPattern(
  compute: (text: readonly number[], pattern: Pattern, rest: readonly Value[]) => Value,
): StrictOperation {
  return ([text, source, ...rest], _, isConstant) => {
    const isLeftOut = isConstant?.[1] !== true && !isPlain(source as string, text as string);
    const read = isLeftOut ? null : readPattern(source as string);
    return read === null ? null : compute(points(text), { source: source as string, ...read }, rest);
  };
}

/** What an expression that is not constant must be. */
function isPlain(source: string, text: string): boolean {
  const foldsBeyondAscii = /\(\?[A-Za-z]*i/.test(source) && /[^\t\n\f\r -~]/.test(source);
  const isShort = Buffer.byteLength(source) <= 256 && Buffer.byteLength(text) <= 4096;
  return isShort && !/\{|\\[pPQCBx0-9]|\(\?P?<|\[:/.test(source) && !foldsBeyondAscii;
}

function points(value: Value | undefined): readonly number[] {
  return [...(value as string)].map((character) => character.codePointAt(0)!);
}

function int(value: Value | undefined): bigint {
  return value as bigint;
}

function part(text: readonly number[], range: Found[number]): string | null {
  return range === undefined ? null : String.fromCodePoint(...text.slice(...range));
}

/** Matches as extraction finds them, each with the place from which the search goes on. */
function extractions(
  text: readonly number[],
  tree: PatternTree,
): readonly { readonly found: Found; readonly next: number }[] {
  const all: { found: Found; next: number }[] = [];
  for (let at = 0; at < Math.max(1, text.length); ) {
    const found = findPattern(tree, text, at);
    if (found === null) break;
    const [start, end] = found[0]!;
    at = start === end ? Math.min(end + 1, text.length) : end;
    all.push({ found, next: at });
    if (text.length === 0) break;
  }
  return all;
}

function extracted(
  text: readonly number[],
  { tree, groups }: Pattern,
  [position, occurrence]: readonly [bigint, bigint],
): Value {
  if (groups > 1 || position < 1n || occurrence < 1n) return null;
  if (position > 1n && position > BigInt(text.length)) return null;
  const rest = text.slice(Number(position) - 1);
  const match = extractions(rest, tree).find((_, index) => BigInt(index) + 1n === occurrence);
  return match === undefined ? null : part(rest, match.found[groups]);
}

function placeOf(
  text: readonly number[],
  { source, tree, groups }: Pattern,
  [position, occurrence, after]: readonly [bigint, bigint, bigint],
): Value {
  if (groups > 1 || position < 1n || occurrence < 1n || (after !== 0n && after !== 1n)) return null;
  if (source === '' || position > BigInt(text.length)) return 0n;
  const rest = text.slice(Number(position) - 1);
  const match = extractions(rest, tree).find((_, index) => BigInt(index) + 1n === occurrence);
  if (match === undefined) return 0n;
  const [start, end] = match.found[0]!;
  const range = groups === 1 ? match.found[1] : start === end ? [match.next, match.next] : [start, end];
  return range === undefined ? 0n : position + BigInt(range[after === 0n ? 0 : 1]!);
}

function replaced(text: readonly number[], tree: PatternTree, write: (found: Found) => string): Value {
  let result = '';
  let lastEnd = -1;
  for (let at = 0; at <= text.length; ) {
    const found = findPattern(tree, text, at);
    const [start, end] = found?.[0] ?? [text.length, text.length];
    result += String.fromCodePoint(...text.slice(at, start));
    if (found === null) break;
    if (start === end && start === lastEnd) {
      // Next to the match before: this code point stays, the search goes on behind it.
      result += String.fromCodePoint(...text.slice(start, start + 1));
      at = start + 1;
      continue;
    }
    result += write(found);
    lastEnd = end;
    at = end;
  }
  return Buffer.byteLength(result) <= 1_048_576 ? result : null;
}

function rewriter(
  replacement: string,
  groups: number,
): ((text: readonly number[], found: Found) => string) | null {
  const pieces = replacement.match(/\\.?|[^\\]+/gs) ?? [];
  const isWrong = (piece: string): boolean =>
    piece.startsWith('\\') && (!/^\\[\d\\]$/.test(piece) || Number(piece.slice(1)) > groups);
  if (pieces.some(isWrong)) return null;
  return (text, found) =>
    pieces
      .map((piece) => {
        if (!piece.startsWith('\\')) return piece;
        return piece === '\\\\' ? '\\' : (part(text, found[Number(piece[1])]) ?? '');
      })
      .join('');
}
