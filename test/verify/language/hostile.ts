import { caseBatches } from '../../parity/cases.js';
import { hostileName } from '../../parity/hostile-names.js';
import { throughDoor } from '../../parity/rows.js';
import type { Check, Outcome } from '../check.js';
import { TOKEN } from './hostile/containment.js';
import { HEAVY, heavyRow } from './hostile/heavy.js';
import { Target } from './hostile/target.js';
import { HostileTexts, validExpressions } from './hostile/texts.js';
import { type Expected, judge } from './hostile/verdict.js';

const TEXTS = 100_000;
const MS_PER_DAY = 86_400_000;

/** Expressions that texts are made of. */
const VALID = 2_000;

/** Each of so many texts is used on a row of large values too. */
const LARGE_EVERY = 20;

/** Hostile texts over columns of hostile names: a coded refusal or a right answer, soon, and no code of theirs in ours. */
export const hostile: Check = {
  name: 'hostile',
  bar: `${TEXTS} hostile texts: a coded refusal or the oracle's value, 100 ms of CPU each; no user text outside of quotes`,
  defect: {
    file: 'src/compile/syntax.js',
    find: 'MAX_DEPTH = 200;',
    replace: 'MAX_DEPTH = 200_000;',
  },
  run: async () => {
    const tally = new Tally();
    const seed = Math.floor(Date.now() / MS_PER_DAY);
    const rows = throughDoor([...caseBatches({ seed, from: 0, count: 1 })][0]!.rows);
    const expressions = validExpressions(seed, VALID);
    for (const [index, nameOf] of [hostileName, planted].entries()) {
      const texts = new HostileTexts(seed + index, expressions, nameOf);
      const targets = rows.map((row) => new Target(row, nameOf));
      const large = new Target(heavyRow(), nameOf);
      for (let number = 0; number < TEXTS / 2; number++) {
        const text = texts.at(number);
        tally.add(targets[number % targets.length]!, text, 'oracle');
        if (number % LARGE_EVERY === 0) tally.add(large, text, 'either');
      }
    }
    const target = new Target(heavyRow(), (column) => column);
    for (const [text, expected] of HEAVY) tally.add(target, text, expected);
    return tally.outcome();
  },
};

/** A name with the token in it, in backquotes wherever it stands. */
function planted(column: string): string {
  return `${hostileName(column)}${TOKEN}`;
}

class Tally {
  private readonly codes = new Map<string, number>();
  private readonly complaints: string[] = [];
  private used = 0;
  private slowest = { cpuMs: 0, text: '' };

  add(target: Target, text: string, expected: Expected): void {
    const { refused, cpuMs, complaint } = judge(target, text, expected);
    if (refused === null) this.used++;
    else this.codes.set(refused, (this.codes.get(refused) ?? 0) + 1);
    const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}… (${text.length})` : text;
    if (cpuMs > this.slowest.cpuMs) this.slowest = { cpuMs, text: shown };
    if (complaint !== null) this.complaints.push(`${JSON.stringify(shown)} ${complaint}`);
  }

  outcome(): Outcome {
    const refused = [...this.codes.values()].reduce((sum, count) => sum + count, 0);
    const tried = refused + this.used;
    // Were nearly all refused, or nearly none, little would have been tried.
    const isMixed = Math.min(refused, this.used) >= tried * LEAST_SHARE;
    const codes = [...this.codes].map(([code, count]) => `${count} ${code}`).join(', ');
    return {
      ok: this.complaints.length === 0 && tried >= TEXTS && isMixed,
      figure: [
        `${this.complaints.length} wrong of ${tried}: ${codes}, ${this.used} right`,
        `at most ${this.slowest.cpuMs.toFixed(0)} ms: ${JSON.stringify(this.slowest.text.slice(0, 80))}`,
        ...this.complaints.slice(0, MAX_COMPLAINTS),
      ].join(' | '),
    };
  }
}

const LEAST_SHARE = 0.15;
const MAX_SHOWN = 300;
const MAX_COMPLAINTS = 5;
