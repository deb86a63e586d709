import type { BenchResult } from '../conditions.js';
import { type FeastServer, startFeast } from './feast.js';
import { type MeasuredLoad, measuredLoad, medianOf } from './measured-load.js';
import { PushedRows } from './pushed-rows.js';
import { AS_IT_SHIPS, DURABLE, withPeers } from './setting.js';

const REPETITIONS = 3;
const ROWS_A_LARGE_PUSH = 1_000;

/** Requests of one repetition, each some seconds on an idle machine. */
const REQUESTS = { single: 10_000, large: 200, feastSingle: 300, feastLarge: 20 } as const;

/** All rows are of the day before, whenever this runs. */
const BEGIN_MS = Date.now() - 86_400_000;

/**
 * Rows pushed in Feast's wire format to Feast's feature server and to ours, over one Redis: 1,000 a request and one a request. Once as
 * both ship, and once with a Redis that has each write on its disk before it answers; our log has, either way. `share` makes it
 * smaller, to try it.
 */
export async function ingestBesideFeast(share: number): Promise<BenchResult> {
  const shipped = await pushes(AS_IT_SHIPS, share);
  const durable = await pushes(DURABLE, share);
  return {
    ok: shipped.ok && durable.ok,
    metrics: { ...shipped.metrics, ...named('durable', durable.metrics) },
  };
}

function pushes(directives: typeof DURABLE, share: number): Promise<BenchResult> {
  return withPeers(directives, async ({ feast, ours }) => {
    const theirs = await startFeast(feast);
    try {
      return await measure({ ours, theirs, share });
    } finally {
      await theirs.stop();
    }
  });
}

type Bench = { readonly ours: FeastServer; readonly theirs: FeastServer; readonly share: number };

type Runs = Record<keyof typeof REQUESTS, MeasuredLoad[]>;

async function measure({ ours, theirs, share }: Bench): Promise<BenchResult> {
  const [ourRows, theirRows] = [new PushedRows(BEGIN_MS), new PushedRows(BEGIN_MS)];
  const runs: Runs = { single: [], large: [], feastSingle: [], feastLarge: [] };
  const push = (name: keyof Runs, rows: number): Promise<MeasuredLoad> => {
    const requests = Math.ceil(REQUESTS[name] * share);
    const [server, made] = name.startsWith('feast') ? [theirs, theirRows] : [ours, ourRows];
    return measuredLoad(server, { requests, request: made.requests(server, requests, rows) });
  };
  // The first round compiles the code that the others run.
  for (let i = 0; i <= REPETITIONS; i++) {
    for (const name of Object.keys(runs) as (keyof Runs)[]) {
      const run = await push(name, name.endsWith('arge') ? ROWS_A_LARGE_PUSH : 1);
      if (i > 0) runs[name].push(run);
    }
  }
  const seen = await ourRows.check(ours);
  const theirSeen = await theirRows.check(theirs);
  const failures = Object.values(runs)
    .flat()
    .reduce((sum, each) => sum + each.failures, 0);
  const feastDifferences = theirSeen.differences;
  const { cells, differences } = seen;
  return {
    ok: failures === 0 && differences === 0 && cells > 0,
    metrics: { ...metricsOf(runs), cells, differences, feastDifferences, failures },
  };
}

function metricsOf({ single, large, feastSingle, feastLarge }: Runs): BenchResult['metrics'] {
  const ratio = (ours: readonly MeasuredLoad[], theirs: readonly MeasuredLoad[]): number =>
    rounded(medianOf(ours, 'perSecond') / medianOf(theirs, 'perSecond'));
  const cpuRatio = (ours: readonly MeasuredLoad[], theirs: readonly MeasuredLoad[]): number =>
    rounded(medianOf(theirs, 'cpuMs') / medianOf(ours, 'cpuMs'));
  return {
    largeToFeast: ratio(large, feastLarge),
    largeCpuToFeast: cpuRatio(large, feastLarge),
    singleToFeast: ratio(single, feastSingle),
    singleCpuToFeast: cpuRatio(single, feastSingle),
    feastFormatLargeRowsPerSecond: Math.round(medianOf(large, 'perSecond') * ROWS_A_LARGE_PUSH),
    feastLargeRowsPerSecond: Math.round(medianOf(feastLarge, 'perSecond') * ROWS_A_LARGE_PUSH),
    feastFormatSingleRowsPerSecond: Math.round(medianOf(single, 'perSecond')),
    feastSingleRowsPerSecond: rounded(medianOf(feastSingle, 'perSecond')),
    largeCpuMs: rounded(medianOf(large, 'cpuMs')),
    feastLargeCpuMs: rounded(medianOf(feastLarge, 'cpuMs')),
    singleCpuMs: rounded(medianOf(single, 'cpuMs')),
    feastSingleCpuMs: rounded(medianOf(feastSingle, 'cpuMs')),
    rssMiB: Math.round(medianOf(large, 'rssMiB')),
    feastRssMiB: Math.round(medianOf(feastLarge, 'rssMiB')),
  };
}

function named(prefix: string, metrics: BenchResult['metrics']): BenchResult['metrics'] {
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
