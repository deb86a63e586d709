import { anyCase, NAMED, PERL } from './pattern-set.js';
import { type PatternTree, repeated } from './pattern-tree.js';

/** Reads an expression of RE2's syntax; null for a wrong one. Source: https://github.com/google/re2/wiki/Syntax. */
export function readPattern(text: string): { readonly tree: PatternTree; readonly groups: number } | null {
  const reader = new PatternReader([...text]);
  try {
    const tree = reader.choice({ i: false, m: false, s: false, U: false });
    return reader.isAtEnd() ? { tree, groups: reader.groups } : null;
  } catch (error) {
    if (error instanceof WrongPattern) return null;
    throw error;
  }
}

type NamedSet = { readonly has: (point: number) => boolean; readonly isNegated: boolean };

class WrongPattern extends Error {}

type Flags = { i: boolean; m: boolean; s: boolean; U: boolean };

class PatternReader {
  groups = 0;
  private at = 0;

  constructor(private readonly text: readonly string[]) {}

  isAtEnd(): boolean {
    return this.at === this.text.length;
  }

  choice(outer: Flags): PatternTree {
    // Flags set within a group hold to its end, over the bars.
    const flags = { ...outer };
    const options = [this.sequence(flags)];
    while (this.takes('|')) options.push(this.sequence(flags));
    return { kind: 'choice', options };
  }

  private sequence(flags: Flags): PatternTree {
    const parts: PatternTree[] = [];
    while (!this.isAtEnd() && this.text[this.at] !== '|' && this.text[this.at] !== ')') {
      const range = this.repetition();
      if (range === null) parts.push(...this.atoms(flags));
      else if (parts.length === 0) throw new WrongPattern();
      else {
        const isLazy = this.takes('?') !== flags.U;
        parts.push(repeated(parts.pop()!, range, isLazy));
        if (this.repetition() !== null) throw new WrongPattern();
      }
    }
    return { kind: 'sequence', parts };
  }

  private repetition(): readonly [number, number | null] | null {
    if (this.takes('*')) return [0, null];
    if (this.takes('+')) return [1, null];
    if (this.takes('?')) return [0, 1];
    const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.text.slice(this.at, this.at + 12).join(''));
    if (counted === null) return null;
    this.at += counted[0].length;
    const least = Number(counted[1]);
    const most = counted[2] === undefined ? least : counted[3] === '' ? null : Number(counted[3]);
    if (Math.max(least, most ?? 0) > 1000 || (most !== null && most < least)) throw new WrongPattern();
    return [least, most];
  }

  private atoms(flags: Flags): readonly PatternTree[] {
    const character = this.text[this.at]!;
    // As they are here: a later (?m) changes nothing of what stands before it.
    const { m, s } = flags;
    if (character === '(') return this.group(flags);
    if (character === '\\') return this.escape(flags);
    if (character === '[') return [set(this.set(flags))];
    this.at++;
    if (character === '.') return [set((point) => s || point !== 10)];
    if (character === '^') return [place((before) => before === null || (m && before === 10))];
    if (character === '$') return [place((_, after) => after === null || (m && after === 10))];
    return [set(folded(flags, (point) => point === pointOf(character)))];
  }

  private group(flags: Flags): readonly PatternTree[] {
    this.at++;
    let inner = { ...flags };
    const number = this.takes('?') ? null : ++this.groups;
    if (number === null) {
      inner = this.flags(flags);
      if (this.takes(')')) {
        Object.assign(flags, inner);
        return [];
      }
      if (!this.takes(':')) throw new WrongPattern();
    }
    const tree = this.choice(inner);
    if (!this.takes(')')) throw new WrongPattern();
    return [number === null ? tree : { kind: 'group', number, inner: tree }];
  }

  private flags(outer: Flags): Flags {
    const found = /^([imsU]*)(-?)([imsU]*)[:)]/.exec(this.text.slice(this.at, this.at + 12).join(''));
    if (found === null || (found[2] === '-' && found[3] === '')) throw new WrongPattern();
    const flags = { ...outer };
    for (const letter of found[1]!) flags[letter as keyof Flags] = true;
    for (const letter of found[3]!) flags[letter as keyof Flags] = false;
    this.at += found[0].length - 1;
    return flags;
  }

  private escape(flags: Flags): readonly PatternTree[] {
    const letter = this.text[this.at + 1];
    if (letter !== undefined && PLACES[letter] !== undefined) {
      this.at += 2;
      return [place(PLACES[letter])];
    }
    if (letter === 'Q') return this.quoted(flags);
    const named = this.namedSet(flags);
    if (named !== null) return [set(named)];
    const point = this.escapedPoint();
    return [set(folded(flags, (other) => other === point))];
  }

  private quoted(flags: Flags): readonly PatternTree[] {
    const rest = this.text.slice(this.at + 2);
    const end = rest.findIndex((character, index) => character === '\\' && rest[index + 1] === 'E');
    const letters = end < 0 ? rest : rest.slice(0, end);
    this.at += 2 + letters.length + (end < 0 ? 0 : 2);
    return letters.map((letter) => set(folded(flags, (point) => point === pointOf(letter))));
  }

  /** A set that has a name: what ignores case adds to the named one before it is turned around. */
  private namedSet(flags: Flags): ((point: number) => boolean) | null {
    const found = this.perlSet() ?? this.property() ?? this.posixSet();
    if (found === null) return null;
    const has = folded(flags, found.has);
    return (point) => has(point) !== found.isNegated;
  }

  private perlSet(): NamedSet | null {
    const letter = this.text[this.at] === '\\' ? (this.text[this.at + 1] ?? '') : '';
    const has = PERL[letter.toLowerCase()];
    if (has === undefined) return null;
    this.at += 2;
    return { has, isNegated: letter < 'a' };
  }

  /** `\p{Greek}`, `\pL` and what is not in them: one letter is a category, a name of two a category, a longer one a script. */
  private property(): NamedSet | null {
    const rest = this.text.slice(this.at, this.at + 40).join('');
    const found = /^\\([pP])(?:\{(\^?)(\w+)\}|([A-Z]))/.exec(rest);
    if (found === null && /^\\[pP]/.test(rest)) throw new WrongPattern();
    if (found === null) return null;
    this.at += found[0].length;
    const name = found[3] ?? found[4]!;
    const expression = new RegExp(`^\\p{${name.length > 2 ? `Script=${name}` : name}}$`, 'u');
    const isNegated = (found[1] === 'P') !== (found[2] === '^');
    return { has: (point) => expression.test(String.fromCodePoint(point)), isNegated };
  }

  private set(flags: Flags): (point: number) => boolean {
    this.at++;
    const isNegated = this.takes('^');
    const members: ((point: number) => boolean)[] = [];
    for (let isFirst = true; isFirst || this.text[this.at] !== ']'; isFirst = false) {
      if (this.isAtEnd()) throw new WrongPattern();
      members.push(this.member(flags));
    }
    this.at++;
    return (point) => members.some((has) => has(point)) !== isNegated;
  }

  private member(flags: Flags): (point: number) => boolean {
    const named = this.namedSet(flags);
    if (named !== null) return named;
    const low = this.setPoint();
    const isRange = this.text[this.at] === '-' && ![']', undefined].includes(this.text[this.at + 1]);
    if (!isRange) return folded(flags, (point) => point === low);
    this.at++;
    const high = this.setPoint();
    if (high < low) throw new WrongPattern();
    return folded(flags, (point) => point >= low && point <= high);
  }

  /** `[:alpha:]`, within a set. */
  private posixSet(): NamedSet | null {
    const rest = this.text.slice(this.at).join('');
    // Without its end it is no named set: both are characters like others.
    if (!rest.startsWith('[:') || rest.indexOf(':]', 2) < 0) return null;
    const found = /^\[:(\^?)(\w+):\]/.exec(rest);
    const has = found === null ? undefined : NAMED[found[2]!];
    if (found === null || has === undefined) throw new WrongPattern();
    this.at += found[0].length;
    return { has, isNegated: found[1] === '^' };
  }

  private setPoint(): number {
    if (this.isAtEnd()) throw new WrongPattern();
    return this.text[this.at] === '\\' ? this.escapedPoint() : pointOf(this.text[this.at++]!);
  }

  private escapedPoint(): number {
    const rest = this.text.slice(this.at, this.at + 16).join('');
    const code = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest);
    const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    const control = CONTROLS[this.text[this.at + 1] ?? ''];
    this.at += code?.[0].length ?? octal?.[0].length ?? 2;
    if (code !== null) return inRange(Number.parseInt(code[1] ?? code[2]!, 16));
    if (octal !== null) return Number.parseInt(octal[1]!, 8);
    if (control !== undefined) return control;
    const character = this.text[this.at - 1];
    if (character === undefined || this.at > this.text.length || !/^[\0-/:-@[-`{-\x7f]$/.test(character)) {
      throw new WrongPattern();
    }
    return pointOf(character);
  }

  private takes(character: string): boolean {
    const isThere = this.text[this.at] === character;
    if (isThere) this.at++;
    return isThere;
  }
}

function set(has: (point: number) => boolean): PatternTree {
  return { kind: 'set', has };
}

function place(holds: (before: number | null, after: number | null) => boolean): PatternTree {
  return { kind: 'place', holds };
}

function pointOf(character: string): number {
  return character.codePointAt(0)!;
}

function inRange(point: number): number {
  if (point > 0x10ffff) throw new WrongPattern();
  return point;
}

function folded({ i }: Flags, has: (point: number) => boolean): (point: number) => boolean {
  return i ? anyCase(has) : has;
}

function isWord(point: number | null): boolean {
  return point !== null && /^\w$/.test(String.fromCodePoint(point));
}

const PLACES: Readonly<Record<string, (before: number | null, after: number | null) => boolean>> = {
  A: (before) => before === null,
  z: (_, after) => after === null,
  b: (before, after) => isWord(before) !== isWord(after),
  B: (before, after) => isWord(before) === isWord(after),
};

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
