/**
 * `npm run law -- --seeds 20 --answers 10000 --kills 20`: the law of windows, a line a seed; exits non-zero when it is broken.
 * `--from 7` begins with the seventh, so that a run that was cut is gone on with; `--json` prints the figures of each seed;
 * `--engines redis-cluster,kafka,postgres` runs it on those, and what is not named is embedded.
 */
import { parseArgs } from 'node:util';
import { ENGINES, type EngineServers, engineNames, withEngines } from '../engines/engine-servers.js';
import { holds, LAW, lawOutcome } from './law.js';
import { type LawSize, runSeed, type SeedOutcome } from './law-seed.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: String(LAW.seeds) },
    from: { type: 'string', default: '1' },
    answers: { type: 'string', default: String(LAW.answers) },
    kills: { type: 'string', default: String(LAW.kills) },
    engines: { type: 'string' },
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
  const size = { answers, kills };
  if (values.engines === undefined) return seedsOf({ from, seeds, size, engines: null });
  const names = engineNames(values.engines);
  if (names === null) {
    console.error(`--engines takes some of ${ENGINES.join(', ')}, with commas between them`);
    return 2;
  }
  return withEngines(names, (engines) => seedsOf({ from, seeds, size, engines }));
}

type Run = {
  readonly from: number;
  readonly seeds: number;
  readonly size: LawSize;
  readonly engines: EngineServers | null;
};

async function seedsOf({ from, seeds, size, engines }: Run): Promise<number> {
  const outcomes: SeedOutcome[] = [];
  for (let seed = from; seed < from + seeds; seed++) {
    const outcome = await runSeed(seed, size, engines);
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
