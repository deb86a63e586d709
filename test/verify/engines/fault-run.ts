import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../../bench/conditions.js';
import { ROOT } from '../../../demo/paths.js';
import type { Outcome } from '../check.js';
import { CLIENT_RETRIES } from './fault-clients.js';
import { KINDS } from './fault-recovery.js';
import { FaultSiege, RECOVERY_MS, type Round } from './fault-siege.js';
import { RETRIES } from './fault-site.js';
import type { FaultName } from './faults.js';

/** Rounds of each fault, where no other number is asked for. */
export const ROUNDS = 50;

/** Rounds on the same servers: a run that was cut is gone on with on new ones as well. */
const ROUNDS_A_SIEGE = 10;

/** What was done so far with this build, on the disk. */
type State = { readonly build: string; readonly rounds: readonly Round[] };

/** Runs the rounds of a fault that are missing yet; what is broken ends the run, and is tried again by the next one. */
export async function runFault(fault: FaultName, wanted: number): Promise<Outcome> {
  const file = join(ROOT, '.cache', 'faults', `${fault}.json`);
  const build = buildHash();
  const before = readState(file);
  // Another build begins anew, and so does who asks again when all was done.
  const rounds = before?.build === build && before.rounds.length < wanted ? [...before.rounds] : [];
  let broken: Round | null = null;
  while (rounds.length < wanted && broken === null) {
    const siege = await FaultSiege.open(fault, rounds.length + 1);
    try {
      for (let i = 0; i < ROUNDS_A_SIEGE && rounds.length < wanted && broken === null; i++) {
        const round = await siege.round(rounds.length + 1);
        if (round.problems.length > 0) broken = round;
        else {
          rounds.push(round);
          writeState(file, { build, rounds });
        }
      }
    } finally {
      await siege.close();
    }
  }
  return outcomeOf(rounds, broken);
}

function outcomeOf(rounds: readonly Round[], broken: Round | null): Outcome {
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, each) => total + of(each), 0);
  const names = [...new Set(rounds.flatMap(({ counts }) => Object.keys(counts)))].sort();
  const counts = names.map((name) => `${name} ${sum((round) => round.counts[name] ?? 0)}`);
  const figure = [
    `${rounds.length} rounds, ${sum(({ rows }) => rows)} rows acknowledged, ${sum(({ answers }) => answers)} answers replayed`,
    recoveryText(rounds),
    counts.join(', '),
    `${RETRIES}; ${CLIENT_RETRIES}`,
    ...(broken === null ? [] : brokenTexts(broken)),
  ];
  return { ok: broken === null, figure: (broken === null ? figure : figure.toReversed()).join(' | ') };
}

function brokenTexts({ seed, problems, counts }: Round): readonly string[] {
  const counted = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  return [counted.join(', '), ...problems.slice(0, 5)].map((text) => `round ${seed}: ${text}`);
}

function recoveryText(rounds: readonly Round[]): string {
  const found = rounds.flatMap(({ recovered }) => (recovered === null ? [] : [recovered]));
  if (found.length === 0) return 'recovered never';
  const texts = KINDS.map((kind) => {
    const times = found.map((each) => each[kind]);
    return `${kind} ${seconds(median(times))} (max ${seconds(Math.max(...times))})`;
  });
  return `first good answer after the fault, median: ${texts.join(', ')}; must be within ${RECOVERY_MS / 1_000} s`;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

function readState(file: string): State | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : null;
}

function writeState(file: string, state: State): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(state));
}

/** Of the service and of what is done to it. */
function buildHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['dist/src', 'dist/test/verify/engines'])
    for (const name of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).sort())
      if (name.endsWith('.js')) hash.update(name).update(readFileSync(join(ROOT, folder, name)));
  return hash.digest('hex');
}
