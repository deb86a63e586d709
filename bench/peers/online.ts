import type { BenchResult } from '../conditions.js';
import { type OpenLoadFigures, sendOpenLoad } from '../open-load.js';
import { startEmptyServer } from './empty.js';
import { type FeastServer, feastMaterialiser, startFeast } from './feast.js';
import { CONNECTIONS, type MeasuredLoad, measuredLoad, medianOf } from './measured-load.js';
import { checkAnswers, type LookupShape, lookupRequests } from './online-requests.js';
import { AS_IT_SHIPS, loadFeatures, type PeerSetting, withPeers } from './setting.js';

const REPETITIONS = 3;

const ONE: LookupShape = { features: 50, entities: 1 };
const MANY: LookupShape = { features: 250, entities: 100 };

/** Requests of one repetition, each some seconds on an idle machine. */
const REQUESTS = { empty: 40_000, oursOne: 20_000, oursMany: 400, feastOne: 300, feastMany: 16 } as const;

/** At the rate at which Feast is compared: ten seconds. */
const SLOW = { requestsPerSecond: 10, requests: 100 } as const;
const FAST = { requestsPerSecond: 500, requests: 5_000 } as const;

/** An absolute figure needs more of them than a ratio. */
const FAST_REPETITIONS = 5;

/** Requests before those that count: code is compiled and connections are made. */
const WARM_UP = { ours: 10_000, feast: 50 } as const;

/**
 * Lookups of latest values over HTTP, in the same run by Feast's feature server and by ours in its wire format: same Redis, same
 * rows, same requests, same load, one process each, beside a node:http server that does nothing. Repetitions are interleaved,
 * figures are medians. `share` makes it smaller, to try it.
 */
export async function online(share: number): Promise<BenchResult> {
  return withPeers(AS_IT_SHIPS, async (setting) => {
    await loadFeatures(setting);
    const materialiser = feastMaterialiser(setting.feast);
    await materialiser.run();
    await materialiser.close();
    const feast = await startFeast(setting.feast);
    const empty = await startEmptyServer();
    try {
      return await measure({ ...setting, empty, theirs: feast, share });
    } finally {
      await empty.stop();
      await feast.stop();
    }
  });
}

type Bench = PeerSetting & {
  readonly theirs: FeastServer;
  readonly empty: FeastServer;
  readonly share: number;
};

async function measure(bench: Bench): Promise<BenchResult> {
  const { ours, theirs } = bench;
  const checked = [
    await checkAnswers(ours, ONE, 200),
    await checkAnswers(theirs, ONE, 200),
    await checkAnswers(ours, MANY, 2),
    await checkAnswers(theirs, MANY, 2),
  ];
  const differences = checked.reduce((sum, each) => sum + each.differences, 0);
  await warmUp(bench);
  const closed = await closedLoads(bench);
  const slow = await slowLoads(bench);
  const fast = await fastLoads(bench);
  const runs = [...Object.values(closed).flat(), ...slow.ours, ...slow.theirs, ...fast];
  const failures = runs.reduce((sum, each) => sum + each.failures, 0);
  const cells = checked.reduce((sum, each) => sum + each.cells, 0);
  return {
    ok: failures === 0 && differences === 0 && cells > 0,
    metrics: {
      ...closedMetrics(closed),
      p99At10Ms: rounded(medianOf(slow.ours, 'p99Ms')),
      feastP99At10Ms: rounded(medianOf(slow.theirs, 'p99Ms')),
      p99At10ToFeast: rounded(medianOf(slow.ours, 'p99Ms') / medianOf(slow.theirs, 'p99Ms')),
      p99At500Ms: rounded(medianOf(fast, 'p99Ms')),
      lateP99At500Ms: rounded(medianOf(fast, 'lateP99Ms')),
      cells,
      differences,
      failures,
    },
  };
}

async function warmUp({ ours, theirs, share }: Bench): Promise<void> {
  for (const shape of [ONE, MANY]) {
    const scale = shape === ONE ? 1 : 0.02;
    const requests = (count: number): number => Math.ceil(count * scale * share);
    await measuredLoad(ours, { requests: requests(WARM_UP.ours), request: lookupRequests(ours, shape) });
    await measuredLoad(theirs, { requests: requests(WARM_UP.feast), request: lookupRequests(theirs, shape) });
  }
}

type LoadName = keyof typeof REQUESTS;

type ClosedLoads = Readonly<Record<LoadName, readonly MeasuredLoad[]>>;

async function closedLoads({ ours, theirs, empty, share }: Bench): Promise<ClosedLoads> {
  const loads: readonly (readonly [LoadName, FeastServer, LookupShape])[] = [
    ['empty', empty, ONE],
    ['oursOne', ours, ONE],
    ['feastOne', theirs, ONE],
    ['oursMany', ours, MANY],
    ['feastMany', theirs, MANY],
  ];
  const seen: Record<LoadName, MeasuredLoad[]> = {
    empty: [],
    oursOne: [],
    oursMany: [],
    feastOne: [],
    feastMany: [],
  };
  for (let i = 0; i < REPETITIONS; i++) {
    for (const [name, server, shape] of loads) {
      const requests = Math.ceil(REQUESTS[name] * share);
      seen[name].push(await measuredLoad(server, { requests, request: lookupRequests(server, shape) }));
    }
  }
  return seen;
}

function closedMetrics({
  empty,
  oursOne,
  oursMany,
  feastOne,
  feastMany,
}: ClosedLoads): BenchResult['metrics'] {
  const rate = (runs: readonly MeasuredLoad[]): number => medianOf(runs, 'perSecond');
  const cpu = (runs: readonly MeasuredLoad[]): number => medianOf(runs, 'cpuMs');
  return {
    ratioToEmptyServer: rounded(rate(oursOne) / rate(empty)),
    cpuToEmptyServer: rounded(cpu(oursOne) / cpu(empty)),
    oneToFeast: rounded(rate(oursOne) / rate(feastOne)),
    oneCpuToFeast: rounded(cpu(feastOne) / cpu(oursOne)),
    manyToFeast: rounded(rate(oursMany) / rate(feastMany)),
    manyCpuToFeast: rounded(cpu(feastMany) / cpu(oursMany)),
    onePerSecond: Math.round(rate(oursOne)),
    feastOnePerSecond: rounded(rate(feastOne)),
    emptyPerSecond: Math.round(rate(empty)),
    manyPerSecond: rounded(rate(oursMany)),
    feastManyPerSecond: rounded(rate(feastMany)),
    oneCpuMs: rounded(cpu(oursOne)),
    feastOneCpuMs: rounded(cpu(feastOne)),
    emptyCpuMs: rounded(cpu(empty)),
    manyCpuMs: rounded(cpu(oursMany)),
    feastManyCpuMs: rounded(cpu(feastMany)),
    rssMiB: Math.round(medianOf(oursMany, 'rssMiB')),
    feastRssMiB: Math.round(medianOf(feastMany, 'rssMiB')),
  };
}

/** In turn, so that both see the same machine. */
async function slowLoads(bench: Bench): Promise<{
  readonly ours: readonly OpenLoadFigures[];
  readonly theirs: readonly OpenLoadFigures[];
}> {
  const seen = { ours: [] as OpenLoadFigures[], theirs: [] as OpenLoadFigures[] };
  for (let i = 0; i < REPETITIONS; i++) {
    seen.theirs.push(await openLoad(bench.theirs, SLOW, bench.share));
    seen.ours.push(await openLoad(bench.ours, SLOW, bench.share));
  }
  return seen;
}

async function fastLoads({ ours, share }: Bench): Promise<readonly OpenLoadFigures[]> {
  const seen: OpenLoadFigures[] = [];
  for (let i = 0; i < FAST_REPETITIONS; i++) seen.push(await openLoad(ours, FAST, share));
  return seen;
}

function openLoad(
  server: FeastServer,
  rate: { readonly requestsPerSecond: number; readonly requests: number },
  share: number,
): Promise<OpenLoadFigures> {
  const { host, port } = server;
  const requests = Math.ceil(rate.requests * share);
  return sendOpenLoad({
    host,
    port,
    ...rate,
    requests,
    connections: CONNECTIONS,
    request: lookupRequests(server, ONE),
  });
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
