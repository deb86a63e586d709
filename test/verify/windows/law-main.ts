/**
 * `npm run law -- --seeds 20 --answers 10000 --kills 20`: the law of windows, a line a seed; exits non-zero when it is broken.
 * `--from 7` begins with the seventh, so that a run that was cut is gone on with; `--json` prints the figures of each seed.
 */
import { parseArgs } from 'node:util';
import { holds, LAW, lawOutcome } from './law.js';
import { runSeed, type SeedOutcome } from './law-seed.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(LAW.seeds) },
    from: { type: 'string', default: '1' },
    answers: { type: 'string', default: String(LAW.answers) },
    kills: { type: 'string', default: String(LAW.kills) },
    json: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const [seeds, from, answers, kills] = (['seeds', 'from', 'answers', 'kills'] as const).map((name) =>
    Number(values[name]),
  ) as [number, number, number, number];
  if (![seeds, from, answers, kills].every((each) => Number.isInteger(each) && each >= 0)) {
    console.error('--seeds, --from, --answers and --kills are whole numbers');
    return 2;
  }
  const outcomes: SeedOutcome[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const outcome = await runSeed(seed, { answers, kills });
    outcomes.push(outcome);
    const seconds = outcome.seconds.toFixed(0);
    console.log(
      values.json
        ? JSON.stringify(outcome)
        : `${holds(outcome) ? 'holds ' : 'BROKEN'} seed ${seed} in ${seconds} s: ${lawOutcome([outcome]).figure}`,
    );
  }
  const { ok, figure } = lawOutcome(outcomes);
  if (!values.json) console.log(`${ok ? 'holds ' : 'BROKEN'} ${figure}`);
  return ok ? 0 : 1;
}
