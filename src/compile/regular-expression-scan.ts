/** What the text of a regular expression tells before anything is compiled. */
export type PatternScan = {
  /** How many instructions it makes at most. */
  readonly size: number;
  /** Names of the Unicode properties it asks for, as in `\\p{Greek}`. */
  readonly properties: readonly string[];
  /** Whether a flag makes letters of both cases equal. */
  readonly foldsCase: boolean;
  /** Whether it names a code point beyond ASCII. */
  readonly isAscii: boolean;
  /** Groups written `(?<name>…)`. */
  readonly hasShortNames: boolean;
};

/** Reads a pattern of RE2's syntax from left to right; what is wrong in it is for the compiler to say. */
export function scanPattern(pattern: string): PatternScan {
  const scan = new Scan(pattern);
  scan.run();
  return {
    size: scan.size,
    properties: scan.properties,
    foldsCase: scan.foldsCase,
    isAscii: scan.isAscii,
    hasShortNames: scan.hasShortNames,
  };
}

class Scan {
  readonly properties: string[] = [];
  foldsCase = false;
  isAscii = true;
  hasShortNames = false;
  private at = 0;
  /** Instructions of what stands in each open group, and of the last thing in it that may be repeated. */
  private readonly groups: { total: number; last: number }[] = [{ total: 0, last: 0 }];

  constructor(private readonly pattern: string) {}

  get size(): number {
    return this.groups.reduce((sum, { total, last }) => sum + total + last, OVERHEAD);
  }

  run(): void {
    while (this.at < this.pattern.length) this.token();
  }

  private token(): void {
    const character = this.pattern[this.at]!;
    if (character === '(') this.open();
    else if (character === ')') this.close();
    else if (character === '[') this.set();
    else if (character === '\\') this.escape();
    else if (character === '{') this.counted();
    else if ('*+?'.includes(character)) this.repeat(1, 1);
    else this.symbol(1);
  }

  /** Something new of one instruction, and of one more where it is `|`. */
  private symbol(length: number): void {
    if (this.pattern.charCodeAt(this.at) > 0x7f) this.isAscii = false;
    const group = this.groups.at(-1)!;
    group.total += group.last;
    group.last = this.pattern[this.at] === '|' ? 2 : 1;
    this.at += length;
  }

  private open(): void {
    const flags = this.match(/\(\?([A-Za-z-]*)([:)])/y);
    if (this.match(/\(\?</y) !== null) this.hasShortNames = true;
    if (flags?.[1]?.split('-')[0]?.includes('i')) this.foldsCase = true;
    this.at += flags?.[0].length ?? this.match(/\(\?P?<\w*>/y)?.[0].length ?? 1;
    if (flags?.[2] !== ')') this.groups.push({ total: 2, last: 0 });
  }

  private close(): void {
    this.at++;
    if (this.groups.length === 1) return;
    const { total, last } = this.groups.pop()!;
    const outer = this.groups.at(-1)!;
    outer.total += outer.last;
    outer.last = total + last;
  }

  private set(): void {
    const group = this.groups.at(-1)!;
    group.total += group.last;
    group.last = 1;
    this.at += this.match(/\[\^?\]?/y)![0].length;
    while (this.at < this.pattern.length && this.pattern[this.at] !== ']') {
      const named = this.match(/\[:\^?\w*:\]/y);
      if (named !== null) this.at += named[0].length;
      else if (this.pattern[this.at] === '\\') this.escaped();
      else {
        if (this.pattern.charCodeAt(this.at) > 0x7f) this.isAscii = false;
        this.at++;
      }
    }
    this.at++;
  }

  private escape(): void {
    const quoted = this.match(/\\Q(.*?)(?:\\E|$)/sy);
    if (quoted === null) {
      const group = this.groups.at(-1)!;
      group.total += group.last;
      group.last = 1;
      this.escaped();
      return;
    }
    const end = this.at + quoted[0].length;
    this.at += 2;
    const literals = this.at + quoted[1]!.length;
    while (this.at < literals) this.symbol(1);
    this.at = end;
  }

  private escaped(): void {
    const property = this.match(/\\[pP](?:\{\^?([^}]*)\}|(.))/y);
    const code = this.match(/\\x(?:\{([0-9A-Fa-f]*)\}|([0-9A-Fa-f]{2}))|\\([0-7]{1,3})/y);
    if (property !== null) this.properties.push(property[1] ?? property[2]!);
    if (code !== null) {
      const value = Number.parseInt(code[1] ?? code[2] ?? code[3]!, code[3] === undefined ? 16 : 8);
      if (value > 0x7f) this.isAscii = false;
    }
    this.at += property?.[0].length ?? code?.[0].length ?? 2;
  }

  private counted(): void {
    const count = this.match(/\{(\d+)(?:,(\d*))?\}/y);
    if (count === null) this.symbol(1);
    else this.repeat(Math.max(1, Number(count[1]), Number(count[2] ?? 0)), count[0].length);
  }

  private repeat(times: number, length: number): void {
    const group = this.groups.at(-1)!;
    group.last = (group.last + 1) * times + 2;
    this.at += length;
  }

  /** A sticky expression at the place reached. */
  private match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.at;
    return expression.exec(this.pattern);
  }
}

/** The instructions that every program has. */
const OVERHEAD = 4;
