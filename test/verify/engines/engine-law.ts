import type { Check } from '../check.js';
import { law, lawOutcome } from '../windows/law.js';
import { runSeed, type SeedOutcome } from '../windows/law-seed.js';
import { ENGINES, withEngines } from './engine-servers.js';

/** Fewer than on embedded engines: it is the engines that are judged here. */
const SEEDS = 5;
const SIZE = { answers: 3_000, kills: 10 } as const;

/** The law of the windows, its service on Redis Cluster, Kafka and PostgreSQL. */
export const engineLaw: Check = {
  name: 'law',
  bar: `${SEEDS} seeds x ${SIZE.answers} answers, ${SIZE.kills} kills each, on ${ENGINES.join(', ')}: 0 differences`,
  defect: law.defect,
  run: () =>
    withEngines(ENGINES, async (engines) => {
      const outcomes: SeedOutcome[] = [];
      for (let seed = 1; seed <= SEEDS; seed++) outcomes.push(await runSeed(seed, SIZE, engines));
      return lawOutcome(outcomes);
    }),
};
