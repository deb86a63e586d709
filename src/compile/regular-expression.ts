import { RE2JS } from 're2js';
import { scanPattern } from './regular-expression-scan.js';
import { CODE, type RegexpProgram } from './runtime/regular-expression-program.js';
import { MAX_TEXT_BYTES } from './runtime/text.js';

/** A regular expression of RE2's syntax: its program, or why there is none. */
export type CompiledPattern = { readonly program: RegexpProgram } | { readonly reason: string };

/**
 * Compiles a regular expression (RE2's syntax, read by re2js; character properties are those of Unicode 17). Refused are what
 * RE2 refuses, properties and names of groups that RE2 lacks, and programs too large to be run on every row.
 */
export function compilePattern(pattern: string): CompiledPattern {
  const known = COMPILED.get(pattern);
  if (known !== undefined) return known;
  if (COMPILED.size >= MAX_CACHED) COMPILED.clear();
  const made = compile(pattern);
  COMPILED.set(pattern, made);
  return made;
}

function compile(pattern: string): CompiledPattern {
  const scan = scanPattern(pattern);
  if (scan.size > MAX_SCANNED_SIZE) return { reason: TOO_LARGE };
  const unknown = scan.properties.find((name) => NOT_IN_RE2.has(name));
  if (unknown !== undefined) return { reason: `there is no character class \\p{${unknown}}` };
  if (scan.hasShortNames) return { reason: 'names of groups are written (?P<name>…)' };
  const compiled = readPattern(pattern);
  if (typeof compiled === 'string') return { reason: compiled };
  const program = programOf(compiled.instructions, compiled.start, pattern === '');
  return program === null ? { reason: TOO_LARGE } : { program };
}

/** The program of a constant, null where there is none; compiled once for a definition's check, kernels and SQL. */
export function programOfConstant(pattern: string): RegexpProgram | null {
  const compiled = compilePattern(pattern);
  return 'program' in compiled ? compiled.program : null;
}

/** What re2js makes of a pattern: RE2's instructions, or RE2's reason. */
function readPattern(
  pattern: string,
): { readonly instructions: readonly Instruction[]; readonly start: number } | string {
  try {
    const { prog } = RE2JS.compile(pattern).re2();
    return { instructions: prog.inst, start: prog.start };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^error parsing regexp: /, '');
  }
}

/** An instruction of re2js's program; `arg` is a second branch, a slot, an assertion or flags. */
type Instruction = {
  readonly op: number;
  readonly out: number;
  readonly arg: number;
  readonly runes: ArrayLike<number>;
};

function programOf(
  instructions: readonly Instruction[],
  start: number,
  isBlank: boolean,
): RegexpProgram | null {
  if (instructions.length > MAX_INSTRUCTIONS) return null;
  const sets: (readonly number[])[] = [];
  const places = new Map<string, number>();
  const placeOf = (ranges: readonly number[]): number => {
    const key = ranges.join();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, sets.length);
    return sets.push(ranges) - 1;
  };
  const codes = instructions.map(({ op }) => CODES[op]!);
  const others = instructions.map((instruction, index) =>
    codes[index] === CODE.SYMBOL ? placeOf(rangesOf(instruction)) : instruction.arg,
  );
  if (sets.reduce((sum, ranges) => sum + ranges.length, 0) > MAX_RANGES * 2) return null;
  const slots = others.filter((_, index) => codes[index] === CODE.CAPTURE);
  return {
    codes,
    outs: instructions.map(({ out }) => out),
    others,
    sets,
    start,
    groups: Math.max(0, ...slots) >> 1,
    maxBytes: Math.min(MAX_TEXT_BYTES, Math.floor(MAX_STEPS / instructions.length)),
    isBlank,
  };
}

/** What each operation of re2js (`Inst`) is here. */
const CODES: Readonly<Record<number, number>> = {
  1: CODE.BRANCH,
  2: CODE.BRANCH,
  3: CODE.CAPTURE,
  4: CODE.ASSERT,
  5: CODE.FAIL,
  6: CODE.MATCH,
  7: CODE.SKIP,
  8: CODE.SYMBOL,
  9: CODE.SYMBOL,
  10: CODE.SYMBOL,
  11: CODE.SYMBOL,
};

/** The code points that a symbol may be, as ranges. */
function rangesOf({ op, arg, runes }: Instruction): readonly number[] {
  if (op === ANY_SYMBOL) return [0, 0x10ffff];
  if (op === ANY_BUT_NEW_LINE) return [0, 9, 11, 0x10ffff];
  if (runes.length !== 1) return Array.from(runes);
  const [point] = Array.from(runes) as [number];
  return (arg & FOLD_CASE) === 0 ? [point, point] : foldedRanges(point);
}

/** A letter in all its cases. Beside U+0000, which has none, re2js spells them out. */
function foldedRanges(point: number): readonly number[] {
  const known = FOLDED.get(point);
  if (known !== undefined) return known;
  const { inst } = RE2JS.compile(`(?i)[\\x{${point.toString(16)}}\\x{0}]`).re2().prog;
  const set = (inst as readonly Instruction[]).find(({ op }) => op === SYMBOL_OF_SET)!;
  const ranges = Array.from(set.runes).slice(2);
  FOLDED.set(point, ranges);
  return ranges;
}

/** Bounded by the letters that have cases, some 2,800. */
const FOLDED = new Map<number, readonly number[]>();
const SYMBOL_OF_SET = 8;
const ANY_SYMBOL = 10;
const ANY_BUT_NEW_LINE = 11;
/** re2js's flag of a symbol in any case. */
const FOLD_CASE = 1;

/** Classes of re2js that RE2 does not have, or (C) that are another set there. */
const NOT_IN_RE2: ReadonlySet<string> = new Set([
  'C',
  'Cn',
  'LC',
  'Lc',
  'Assigned',
  'Unknown',
  'ASCII',
  'ASCII_Hex_Digit',
  'Alphabetic',
  'Dash',
  'Emoji',
  'Emoji_Component',
  'Emoji_Modifier',
  'Emoji_Modifier_Base',
  'Emoji_Presentation',
  'Extended_Pictographic',
  'Hex_Digit',
  'Lowercase',
  'Math',
  'Quotation_Mark',
  'Terminal_Punctuation',
  'Uppercase',
  'White_Space',
]);

/** The same expression is asked for by the check, both kernels and each SQL, a computed one by row after row. */
const COMPILED = new Map<string, CompiledPattern>();
/** Some megabytes of ordinary ones. */
const MAX_CACHED = 256;
/** As many as RE2 lets a counted repetition make, some times over. */
const MAX_INSTRUCTIONS = 4_096;
const MAX_RANGES = 16_384;
/** What is compiled at all: some 30 ms. A scan cannot see what repeated choices have in common. */
const MAX_SCANNED_SIZE = 16_384;
/** Bytes of a value times instructions: some 100 ms in the worst case, most of it for states that never repeat. */
const MAX_STEPS = 4_194_304;
const TOO_LARGE = 'the expression is too large: write fewer or smaller counted repetitions';
