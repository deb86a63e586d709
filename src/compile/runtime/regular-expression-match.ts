import { type Automaton, automatonOf, type State } from './regular-expression-automaton.js';
import { CODE, type RegexpProgram } from './regular-expression-program.js';

/** Whether the expression matches anywhere in the text: one walk from its end to its start. */
export function hasMatch(program: RegexpProgram, text: string): boolean {
  const automaton = automatonOf(program);
  let state = automaton.last(text);
  for (let at = text.length; !state.matches && at > 0; ) {
    at -= symbolSizeBefore(text, at);
    state = automaton.before(state, text, at);
  }
  return state.matches;
}

/**
 * Finds matches of one text, each in time of its own length: a walk from the end of the text to its start tells for every
 * place which instructions lead to a match from there, so that nothing is tried in vain (Kearns, "Extending regular
 * expressions with context operators and parse extraction", 1991; Frisch and Cardelli, "Greedy regular expression matching",
 * 2004). Of several matches it is the leftmost, and of those the one that a backtracking search would find first, as in RE2.
 */
export class MatchFinder {
  private readonly states: State[];
  private readonly automaton: Automaton;

  constructor(
    private readonly program: RegexpProgram,
    private readonly text: string,
  ) {
    this.automaton = automatonOf(program);
    let state = this.automaton.last(text);
    this.states = new Array<State>(text.length + 1).fill(state);
    for (let at = text.length; at > 0; ) {
      at -= symbolSizeBefore(text, at);
      state = this.automaton.before(state, text, at);
      this.states[at] = state;
    }
  }

  /** Start and end of the first match from a place on and of its groups, as offsets; -1 for a group that took no part. */
  find(from: number): Int32Array | null {
    const { text, states } = this;
    let at = from;
    while (!states[at]!.matches) {
      if (at >= text.length) return null;
      at += symbolSizeAt(text, at);
    }
    return this.slotsFrom(at);
  }

  private slotsFrom(start: number): Int32Array {
    const { program, text, states, automaton } = this;
    const slots = new Int32Array(2 * (program.groups + 1)).fill(-1);
    slots[0] = start;
    let at = start;
    let next = program.start;
    for (;;) {
      next = automaton.chosen(states[at]!, next, { slots, at });
      if (program.codes[next] === CODE.MATCH) break;
      next = program.outs[next]!;
      at += symbolSizeAt(text, at);
    }
    slots[1] = at;
    return slots;
  }
}

function symbolSizeAt(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
}

function symbolSizeBefore(text: string, at: number): number {
  return (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}
