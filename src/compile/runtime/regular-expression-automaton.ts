import { Alphabet, keyOf } from './regular-expression-alphabet.js';
import { assertionsAt } from './regular-expression-place.js';
import { CODE, type RegexpProgram } from './regular-expression-program.js';

/** The automaton of a program, kept as long as the program is. */
export function automatonOf(program: RegexpProgram): Automaton {
  const known = AUTOMATA.get(program);
  if (known !== undefined) return known;
  const made = new Automaton(program);
  AUTOMATA.set(program, made);
  return made;
}

/** The instructions that lead to a match from a place. */
export type State = {
  readonly members: Uint8Array;
  /** Whether a match starts there. */
  readonly matches: boolean;
  /** The states one symbol before, by {@link Automaton.step}. */
  readonly previous: (State | undefined)[];
};

/** The states of a program, each made when it is first met. */
export class Automaton {
  private readonly alphabet: Alphabet;
  private readonly sources: readonly (readonly number[])[];
  /** Bits of the assertions that the program has. */
  private readonly asserted: number;
  /** In which walk each instruction was last met. */
  private readonly visits: Int32Array;
  private readonly pending: number[] = [];
  private visit = 0;
  private states = new Map<string, State>();
  private readonly atEnd: (State | undefined)[] = [];

  constructor(private readonly program: RegexpProgram) {
    this.alphabet = new Alphabet(program.sets);
    this.sources = sourcesOf(program);
    this.asserted = program.codes.reduce(
      (bits, code, index) => (code === CODE.ASSERT ? bits | program.others[index]! : bits),
      0,
    );
    this.visits = new Int32Array(program.codes.length);
  }

  /** The state behind the last symbol. */
  last(text: string): State {
    if (this.states.size * this.program.codes.length > MAX_KEPT_BYTES) this.forget();
    const kind = this.kindOf(text, text.length);
    this.atEnd[kind] ??= this.stateOf(new Uint8Array(this.program.codes.length), kind);
    return this.atEnd[kind];
  }

  /** What of the assertions of the program holds at a place. */
  private kindOf(text: string, at: number): number {
    return this.asserted === 0 ? 0 : assertionsAt(text, at) & this.asserted;
  }

  /** The state before the symbol at a place, from the one behind it. */
  before(state: State, text: string, at: number): State {
    const column = this.alphabet.columnOf(text.codePointAt(at)!);
    const kind = this.kindOf(text, at);
    const step = kind * this.alphabet.size + column;
    const known = state.previous[step];
    if (known !== undefined) return known;
    const made = this.step(state, column, kind);
    state.previous[step] = made;
    return made;
  }

  /**
   * The first symbol or match that the instruction leads to without taking a symbol, in the order in which a backtracking
   * search would try; captures on the way are written into the slots.
   */
  chosen(state: State, from: number, { slots, at }: { slots: Int32Array; at: number }): number {
    const { codes, outs, others } = this.program;
    const { pending, visits } = this;
    if (codes[from] === CODE.SYMBOL) return from;
    pending.length = 0;
    this.visit++;
    for (let i = from; ; i = this.nextPending(slots)) {
      if (state.members[i] === 0 || visits[i] === this.visit) continue;
      visits[i] = this.visit;
      const code = codes[i]!;
      if (code === CODE.SYMBOL || code === CODE.MATCH) return i;
      if (code === CODE.BRANCH) pending.push(others[i]!);
      if (code === CODE.CAPTURE) {
        const slot = others[i]!;
        pending.push(slots[slot]!, -1 - slot);
        slots[slot] = at;
      }
      pending.push(outs[i]!);
    }
  }

  /** The next instruction to try; behind a capture that led nowhere its slot is what it was before. */
  private nextPending(slots: Int32Array): number {
    let next = this.pending.pop()!;
    while (next < 0) {
      slots[-1 - next] = this.pending.pop()!;
      next = this.pending.pop()!;
    }
    return next;
  }

  private step(state: State, column: number, kind: number): State {
    const { codes, outs, others } = this.program;
    const inColumn = this.alphabet.setsOf(column);
    const members = new Uint8Array(codes.length);
    for (let i = 0; i < codes.length; i++) {
      if (codes[i] === CODE.SYMBOL && state.members[outs[i]!] === 1 && inColumn[others[i]!] === 1)
        members[i] = 1;
    }
    return this.stateOf(members, kind);
  }

  /** The state of some symbols: with a match of nothing more, and with what leads to any of them. */
  private stateOf(members: Uint8Array, kind: number): State {
    const { codes, start } = this.program;
    for (let i = 0; i < codes.length; i++) if (codes[i] === CODE.MATCH) members[i] = 1;
    this.addSources(members, kind);
    const key = keyOf(members);
    const known = this.states.get(key);
    if (known !== undefined) return known;
    const made = { members, matches: members[start] === 1, previous: [] };
    this.states.set(key, made);
    return made;
  }

  private addSources(members: Uint8Array, kind: number): void {
    const pending: number[] = [];
    for (let i = 0; i < members.length; i++) if (members[i] === 1) pending.push(i);
    for (let i = pending.pop(); i !== undefined; i = pending.pop()) {
      for (const source of this.sources[i]!) {
        if (members[source] === 1 || !this.isOpen(source, kind)) continue;
        members[source] = 1;
        pending.push(source);
      }
    }
  }

  /** Whether an instruction lets through at places of a kind. */
  private isOpen(instruction: number, kind: number): boolean {
    const { codes, others } = this.program;
    return codes[instruction] !== CODE.ASSERT || (others[instruction]! & ~kind) === 0;
  }

  /** Texts that never repeat a state must not fill the memory. */
  private forget(): void {
    this.states = new Map();
    this.atEnd.length = 0;
  }
}

/** Which instructions lead to each without taking a symbol. */
function sourcesOf({ codes, outs, others }: RegexpProgram): readonly (readonly number[])[] {
  const sources: number[][] = codes.map(() => []);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === CODE.SYMBOL || code === CODE.MATCH || code === CODE.FAIL) continue;
    sources[outs[i]!]!.push(i);
    if (code === CODE.BRANCH) sources[others[i]!]!.push(i);
  }
  return sources;
}

const AUTOMATA = new WeakMap<RegexpProgram, Automaton>();
/** What states of one program may take beside the text at hand. */
const MAX_KEPT_BYTES = 1_048_576;
