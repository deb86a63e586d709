import type { Check, Outcome } from '../check.js';
import { runSeed, type SeedOutcome } from './law-seed.js';

/** What the law must hold for. */
export const LAW = { seeds: 20, answers: 10_000, kills: 20 } as const;

/**
 * Training equals serving, at every instant: the real service under random work, killed, restarted, its clock moved; every answer
 * that it gave is retrieved by its record, and compared bit for bit.
 */
export const law: Check = {
  name: 'law',
  bar: `${LAW.seeds} seeds x ${LAW.answers} answers, ${LAW.kills} kills each: 0 differences; with the defect there are some on every seed`,
  defect: {
    file: 'src/online/window/tile-series-reader.js',
    find: 'numbers[at] < end',
    replace: 'numbers[at] <= end',
  },
  run: async () => {
    const outcomes: SeedOutcome[] = [];
    for (let seed = 1; seed <= LAW.seeds; seed++) outcomes.push(await runSeed(seed, LAW));
    return lawOutcome(outcomes);
  },
};

/** One line of all seeds. */
export function lawOutcome(outcomes: readonly SeedOutcome[]): Outcome {
  const broken = outcomes.filter((each) => !holds(each));
  const sum = (of: (outcome: SeedOutcome) => number): number =>
    outcomes.reduce((total, each) => total + of(each), 0);
  const names = [...new Set(outcomes.flatMap(({ counts }) => Object.keys(counts)))];
  const counts = names.map((name) => `${name} ${sum((each) => each.counts[name] ?? 0)}`);
  const figure = [
    `${sum((each) => each.differences)} differences in ${sum((each) => each.answers)} answers (${sum((each) => each.values)} values)`,
    `${sum((each) => each.oracleDifferences)} from the oracle in ${sum((each) => each.oracleValues)} values`,
    `${broken.length} of ${outcomes.length} seeds broken`,
    counts.join(', '),
    ...broken.slice(0, 2).flatMap(({ seed, examples }) => examples.map((text) => `seed ${seed}: ${text}`)),
  ];
  return { ok: broken.length === 0, figure: figure.join(' | ') };
}

/** Whether a seed ran to its end without a difference or another problem. */
export function holds({ differences, oracleDifferences, examples }: SeedOutcome): boolean {
  return differences === 0 && oracleDifferences === 0 && examples.length === 0;
}
