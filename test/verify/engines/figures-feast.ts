import type { BenchResult } from '../../../bench/conditions.js';
import { ingestBesideFeast } from '../../../bench/peers/ingest.js';
import { materialise } from '../../../bench/peers/materialise.js';
import { type Check, measured, type Outcome } from '../check.js';
import { FULL_SIZE, onlineOnce } from './online-run.js';

const LEAST_ONE = 100;
const MOST_P99 = 0.1;
const LEAST_MANY = 50;
const LEAST_MATERIALISE = 8;
const LEAST_LARGE_PUSH = 12;
const LEAST_SINGLE_PUSH = 40;

/** Beside Feast, in one run each: ratios of medians of interleaved repetitions, every cell compared. */
export const figuresFeast: Check = {
  name: 'figures-feast',
  bar: `of Feast's rate: ${LEAST_ONE} times (50 x 1, and ${MOST_P99} of its p99 at 10 requests a second), ${LEAST_MANY} times (250 x 100), ${LEAST_MATERIALISE} times (materialise), ${LEAST_LARGE_PUSH} times (push of 1,000 rows) and ${LEAST_SINGLE_PUSH} times (of 1), as both ship and with appendfsync always; 0 differing cells`,
  defect: {
    file: 'src/serving/feast/feast-lookup.js',
    find: 'const answer = await lookups.lookup(service, asked);',
    replace:
      'for (const until = performance.now() + 5; performance.now() < until; ); const answer = await lookups.lookup(service, asked);',
  },
  run: () => measured(besideFeast, ([runs]) => judged(runs!), 1),
};

type Runs = {
  readonly online: BenchResult;
  readonly materialise: BenchResult;
  readonly pushes: BenchResult;
};

async function besideFeast(): Promise<Runs> {
  const online = await onlineOnce();
  return {
    online,
    materialise: await materialise(FULL_SIZE),
    pushes: await ingestBesideFeast(FULL_SIZE),
  };
}

function judged({ online, materialise, pushes }: Runs): Outcome {
  const { oneToFeast, p99At10ToFeast, manyToFeast } = online.metrics;
  const { ratioToFeast } = materialise.metrics;
  const of = (name: string): readonly number[] => [pushes.metrics[name]!, pushes.metrics[`durable.${name}`]!];
  const [large, single] = [of('largeToFeast'), of('singleToFeast')];
  const isSame = [online, materialise, pushes].every(({ ok }) => ok);
  return {
    ok:
      isSame &&
      oneToFeast! >= LEAST_ONE &&
      p99At10ToFeast! <= MOST_P99 &&
      manyToFeast! >= LEAST_MANY &&
      ratioToFeast! >= LEAST_MATERIALISE &&
      large.every((ratio) => ratio >= LEAST_LARGE_PUSH) &&
      single.every((ratio) => ratio >= LEAST_SINGLE_PUSH),
    figure: `${oneToFeast} times (50 x 1, p99 ${p99At10ToFeast} of Feast's), ${manyToFeast} times (250 x 100), ${ratioToFeast} times (materialise), ${large.join(' and ')} times (push of 1,000 rows, shipped and durable), ${single.join(' and ')} times (of 1)${isSame ? '' : '; answers differ or failed'}`,
  };
}
