import { compilePattern } from './regular-expression.js';
import { scanPattern } from './regular-expression-scan.js';
import { ASSERTION, CODE, type RegexpProgram } from './runtime/regular-expression-program.js';

/** What SQL must know of a constant expression to carry it out with the same bits. */
export type PatternShape = {
  readonly program: RegexpProgram;
  /** Whether it may match nothing: engines go on behind empty matches in ways of their own. */
  readonly mayBeEmpty: boolean;
  /** Whether its first group takes part in every match. */
  readonly alwaysSetsGroup: boolean;
  /** Whether something that may match nothing is repeated without end: what that finds first has changed in RE2. */
  readonly repeatsNothing: boolean;
};

/**
 * The shape of an expression that every build of RE2 reads alike: no property, whose characters grow with Unicode, nothing
 * that ignores the case of letters beyond ASCII, no empty match at a `\B`, and small enough for the memory that RE2 takes by
 * default. Null for others.
 */
export function settledShape(pattern: string): PatternShape | null {
  const compiled = compilePattern(pattern);
  if ('reason' in compiled) return null;
  const { program } = compiled;
  const { properties, foldsCase, isAscii } = scanPattern(pattern);
  const isSettled = properties.length === 0 && (isAscii || !foldsCase) && !/\\Q|\0/.test(pattern);
  if (!isSettled || bytesSize(program) > MAX_BYTES_SIZE) return null;
  const mayBeEmpty = leadsToMatch(program, EMPTY, null);
  return mayBeEmpty && asksForInside(program) ? null : shapeOf(program, mayBeEmpty);
}

function shapeOf(program: RegexpProgram, mayBeEmpty: boolean): PatternShape {
  return {
    program,
    mayBeEmpty,
    alwaysSetsGroup: program.groups > 0 && !leadsToMatch(program, [...EMPTY, CODE.SYMBOL], FIRST_GROUP),
    repeatsNothing: hasEmptyCycle(program),
  };
}

/** Whether it has a `\B`, which RE2 finds between the bytes of a code point too. */
function asksForInside({ codes, others }: RegexpProgram): boolean {
  return codes.some((code, index) => code === CODE.ASSERT && (others[index]! & ASSERTION.INSIDE) !== 0);
}

/** Whether instructions that take no symbol lead back to one of them. */
function hasEmptyCycle({ codes, outs, others }: RegexpProgram): boolean {
  // 1: on the way that is looked at; 2: known to lead nowhere back.
  const marks = new Uint8Array(codes.length);
  const pending = codes.map((_, index) => index);
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    if (i < 0) {
      marks[-1 - i] = 2;
      continue;
    }
    if (marks[i] !== 0 || !EMPTY.includes(codes[i]!)) continue;
    marks[i] = 1;
    const next = codes[i] === CODE.BRANCH ? [outs[i]!, others[i]!] : [outs[i]!];
    if (next.some((to) => marks[to] === 1)) return true;
    pending.push(-1 - i, ...next);
  }
  return false;
}

/** Whether a match is reached through instructions of these codes alone, without a capture into a slot. */
function leadsToMatch(program: RegexpProgram, through: readonly number[], without: number | null): boolean {
  const { codes, outs, others, start } = program;
  const seen = new Set<number>();
  const pending = [start];
  for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
    if (seen.has(i)) continue;
    seen.add(i);
    const code = codes[i]!;
    if (code === CODE.MATCH) return true;
    if (!through.includes(code) || (code === CODE.CAPTURE && others[i] === without)) continue;
    pending.push(outs[i]!);
    if (code === CODE.BRANCH) pending.push(others[i]!);
  }
  return false;
}

/** About how many instructions over bytes RE2 makes of it: a range takes up to four, an instruction up to a dozen. */
function bytesSize({ codes, others, sets }: RegexpProgram): number {
  return codes.reduce(
    (sum, code, index) => sum + (code === CODE.SYMBOL ? 8 + 2 * sets[others[index]!]!.length : 1),
    0,
  );
}

/** What instructions do that take no symbol and lead on. */
const EMPTY: readonly number[] = [CODE.BRANCH, CODE.CAPTURE, CODE.ASSERT, CODE.SKIP];
/** The slot where the first group begins. */
const FIRST_GROUP = 2;
/** RE2 takes 8 MiB by default: some 87,000 instructions. */
const MAX_BYTES_SIZE = 60_000;
