import type { Check } from '../check.js';
import { withClockedService } from './clocked-service.js';
import { ProjectApi } from './project-api.js';
import { Random } from './random.js';
import { type AnswerDifferences, servedDifferences } from './served-answers.js';
import { AnswerLog } from './served-log.js';

const SEEDS = 20;
const ANSWERS = 2_000;

const START = '2024-06-01T12:00:00Z';

/**
 * Random workloads, every online answer logged with its T and its record, and retrieved again by both. The service runs in
 * this process, so that its clock is moved by hand: ages then often equal their limits, and writes and answers their instants.
 */
export const served: Check = {
  name: 'served',
  bar: `${SEEDS} seeds x ${ANSWERS} answers: 0 differences by record, none but uncertain ones by T alone`,
  defect: {
    file: 'src/definition/status.js',
    find: 'ageUs > lifetime.maxAgeUs',
    replace: 'ageUs >= lifetime.maxAgeUs',
  },
  run: async () => {
    const totals = { answers: 0, values: 0, byRecord: 0, byTime: 0, uncertain: 0, examples: [] as string[] };
    await withClockedService(START, async ({ baseUrl, clock }) => {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const api = new ProjectApi(baseUrl, `served_${seed}`);
        const log = new AnswerLog(api, clock, new Random(seed));
        await log.record(ANSWERS);
        add(totals, await servedDifferences(api, log), seed);
      }
    });
    const { answers, values, byRecord, byTime, uncertain, examples } = totals;
    const figure = `${byRecord} differences by record and ${byTime} by T in ${answers} answers (${values} values, ${uncertain} of them uncertain by T)`;
    return { ok: examples.length === 0, figure: [figure, ...examples.slice(0, 4)].join(' | ') };
  },
};

type Totals = { -readonly [Name in keyof Omit<AnswerDifferences, 'examples'>]: number } & {
  readonly examples: string[];
};

function add(totals: Totals, found: AnswerDifferences, seed: number): void {
  for (const name of ['answers', 'values', 'byRecord', 'byTime', 'uncertain'] as const)
    totals[name] += found[name];
  totals.examples.push(...found.examples.map((example) => `seed ${seed}: ${example}`));
}
