import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type RunningService, startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import { type BenchResult, median } from './conditions.js';
import { withCoresAwake } from './cores-awake.js';
import { httpRequest, sendLoad } from './http-load.js';
import { type OpenLoadFigures, sendOpenLoad } from './open-load.js';
import { startEmptyServer } from './peers/empty.js';
import { cpuSeconds, ownUsage, type Usage, usageOf } from './process-usage.js';
import { quietRounds, type Rounds } from './quiet-rounds.js';
import { aggregateByHand, differingCells, openByHand, takeRows } from './windows-by-hand.js';
import {
  CLOCK,
  COUNTED,
  FLOATING,
  PUSHED_EVERY_MS,
  PUSHED_FROM_MS,
  ROWS_A_PUSH,
  rowFiles,
  SCALED,
  WINDOW_BASE,
  WINDOW_SOURCE,
  type WindowColumn,
  type WindowSizes,
  windowDocuments,
  windowFile,
  windowSizes,
  writeWindowData,
} from './windows-data.js';

const PROJECT = 'bench';
const REPETITIONS = 3;
const PUSH_CONNECTIONS = 8;
const LOOKUPS_PER_SECOND = 1_000;

/** Rounds of lookups that count for nothing: code is compiled meanwhile. */
const WARM_UP_ROUNDS = 3;

/** Compaction begins some seconds after a load; so long a process must rest to have nothing left to do. */
const REST_SECONDS = 12;
const REST_DEADLINE_MS = 900_000;

const COUNTED_ENTITIES = 1_000;

type Bench = {
  readonly service: RunningService;
  readonly client: PlumblineClient;
  readonly byHand: DuckDBConnection;
  readonly folder: string;
  readonly sizes: WindowSizes;
};

/**
 * Twelve windowed features (COUNT, SUM, AVG, MAX over 1 h, 1 d, 7 d) of the real service: rows in until tiles and history
 * have them, lookups of one entity at a steady rate, and a large frame by what was known against SQL written by hand, for
 * INT64, for a scaled column and for FLOAT64, whose sums are exact. `share` makes everything smaller, to try it.
 */
export async function windows(share: number): Promise<BenchResult> {
  const sizes = windowSizes(share);
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-windows-'));
  try {
    const byHand = await openByHand(folder);
    try {
      await writeWindowData(byHand, folder, sizes);
      const service = await startService({
        dataDir: join(folder, 'data'),
        dataRoots: [folder],
        clock: CLOCK,
      });
      try {
        const client = new PlumblineClient({ baseUrl: service.baseUrl, project: PROJECT });
        return await measure({ service, client, byHand, folder, sizes });
      } finally {
        await service.stop();
      }
    } finally {
      byHand.closeSync();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(bench: Bench): Promise<BenchResult> {
  const { client, sizes, byHand, folder } = bench;
  await client.apply([...WINDOW_BASE, ...windowDocuments(COUNTED)]);
  const loaded = await loadRows(bench);
  const pushed = await pushRows(bench);
  await rest(bench);
  const { lookups, empty } = await lookUp(bench);
  const rowsSeen = await rowsInLongestWindow(bench);
  await takeRows(byHand, folder);
  const counted = await retrieval(bench, COUNTED);
  await client.apply([SCALED, FLOATING].flatMap((column) => windowDocuments(column)));
  await rest(bench);
  const scaled = await retrieval(bench, SCALED);
  const floating = await retrieval(bench, FLOATING);
  const retrievals = [counted, scaled, floating];
  const failures = sumOf([...pushed.figures, ...lookups.figures], ({ failures }) => failures);
  const differences = sumOf(retrievals, (each) => each.differences);
  return {
    ok: failures === 0 && differences === 0 && rowsSeen > 0,
    metrics: {
      loadRowsPerSecond: Math.round(median(loaded)),
      pushRowsPerSecond: Math.round(medianOf(pushed, ({ rowsPerSecond }) => rowsPerSecond)),
      pushQuietRounds: pushed.quiet,
      pushDisturbedRounds: pushed.disturbed,
      ...lookupMetrics('lookup', lookups),
      ...lookupMetrics('emptyServer', empty),
      rowsInLongestWindow: rounded(rowsSeen),
      ...metricsOf('counted', counted),
      ...metricsOf('scaled', scaled),
      ...metricsOf('floating', floating),
      peakRssMiB: Math.round(Math.max(...retrievals.map((each) => each.peakRssMiB))),
      differences,
      failures,
      rows: sizes.rows,
      frameRows: sizes.frameRows,
    },
  };
}

/**
 * Rows a second of each file. A file ends when an answer from history has its rows: what it waits for to be written is part of the
 * work.
 */
async function loadRows(bench: Bench): Promise<readonly number[]> {
  const perSecond: number[] = [];
  const files = rowFiles(bench.folder);
  for (const file of files) {
    const seconds = await timed(async () => {
      await bench.client.waitForJob(await bench.client.load(WINDOW_SOURCE, file));
      await probe(bench);
    });
    perSecond.push(bench.sizes.rows / files.length / seconds);
  }
  return perSecond;
}

async function probe({ client, folder }: Bench): Promise<void> {
  const frame = { kind: 'parquet', path: windowFile(folder, 'probe') } as const;
  const query = { featureService: COUNTED.name };
  await client.retrieveToParquet(frame, query, windowFile(folder, 'probe-answer'));
}

type PushRound = { readonly rowsPerSecond: number; readonly failures: number };

function pushRows(bench: Bench): Promise<Rounds<PushRound>> {
  const { keys, pushes } = bench.sizes;
  const path = `/v1/projects/${PROJECT}/sources/${WINDOW_SOURCE}/rows`;
  return quietRounds(async (round) => {
    const bodies = Array.from({ length: pushes }, (_, push) => {
      const first = (round * pushes + push) * ROWS_A_PUSH;
      const rows = Array.from({ length: ROWS_A_PUSH }, (_row, i) => rowOf(first + i, keys));
      return httpRequest(path, JSON.stringify({ rows }));
    });
    let failures = 0;
    const seconds = await timed(async () => {
      const load = { ...addressOf(bench), connections: PUSH_CONNECTIONS, requests: pushes };
      ({ failures } = await sendLoad({ ...load, request: (i) => bodies[i]! }));
      await probe(bench);
    });
    return { rowsPerSecond: (pushes * ROWS_A_PUSH) / seconds, failures };
  });
}

function rowOf(i: number, keys: number): object {
  const at = new Date(PUSHED_FROM_MS + Math.floor(i * PUSHED_EVERY_MS)).toISOString();
  return {
    meter_id: (i * 7919) % keys,
    event_ts: at,
    created_ts: at,
    counted: i % 10_000,
    scaled: (i % 10_000) / 100,
    floating: (i % 10_000) / 97,
  };
}

type LookupRounds = { readonly lookups: Rounds<OpenLoadFigures>; readonly empty: Rounds<OpenLoadFigures> };

/** Of the service, and then of a server that does nothing: what the machine itself takes, its cores awake. */
async function lookUp(bench: Bench): Promise<LookupRounds> {
  const { keys, lookups } = bench.sizes;
  const path = `/v1/projects/${PROJECT}/online/lookup`;
  const request = (i: number): Buffer => {
    const entities = [{ meter_id: (i * 104_729) % keys }];
    return httpRequest(path, JSON.stringify({ featureService: COUNTED.name, entities }));
  };
  const load = { requestsPerSecond: LOOKUPS_PER_SECOND, request, requests: lookups };
  const rounds = async (server: ReturnType<typeof addressOf>): Promise<Rounds<OpenLoadFigures>> => {
    for (let i = 0; i < WARM_UP_ROUNDS; i++) await sendOpenLoad({ ...server, ...load });
    return quietRounds((round) =>
      sendOpenLoad({ ...server, ...load, request: (i) => request(round * lookups + i) }),
    );
  };
  const empty = await startEmptyServer();
  try {
    return await withCoresAwake(async () => ({
      lookups: await rounds(addressOf(bench)),
      empty: await rounds(empty),
    }));
  } finally {
    await empty.stop();
  }
}

/** Medians. */
function lookupMetrics(name: string, rounds: Rounds<OpenLoadFigures>): Readonly<Record<string, number>> {
  return {
    [`${name}P50Ms`]: rounded(medianOf(rounds, ({ p50Ms }) => p50Ms)),
    [`${name}P99Ms`]: rounded(medianOf(rounds, ({ p99Ms }) => p99Ms)),
    [`${name}LateP99Ms`]: rounded(medianOf(rounds, ({ lateP99Ms }) => lateP99Ms)),
    [`${name}PerSecond`]: Math.round(medianOf(rounds, ({ perSecond }) => perSecond)),
    [`${name}QuietRounds`]: rounds.quiet,
    [`${name}DisturbedRounds`]: rounds.disturbed,
  };
}

function medianOf<T>({ figures }: Rounds<T>, figure: (round: T) => number): number {
  return median(figures.map(figure));
}

function sumOf<T>(things: readonly T[], figure: (thing: T) => number): number {
  return things.reduce((sum, each) => sum + figure(each), 0);
}

/** Mean of what a lookup counts over 7 days: windows of nothing would be answered fast. */
async function rowsInLongestWindow({ client, sizes }: Bench): Promise<number> {
  const asked = Array.from({ length: Math.min(sizes.keys, COUNTED_ENTITIES) }, (_, i) => ({ meter_id: i }));
  const { features, results } = await client.lookup(COUNTED.name, asked);
  const place = features.indexOf(`${COUNTED.name}__count_7d`);
  return results.reduce((sum, { values }) => sum + Number(values[place]), 0) / results.length;
}

function addressOf({ service }: Bench): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(service.baseUrl);
  return { host: hostname, port: Number(port) };
}

type Retrieval = {
  readonly seconds: number;
  readonly handSeconds: number;
  readonly cpuSeconds: number;
  readonly handCpuSeconds: number;
  readonly peakRssMiB: number;
  readonly differences: number;
};

/** The frame by what was known, both ways in turn; medians. */
async function retrieval(bench: Bench, column: WindowColumn): Promise<Retrieval> {
  const { service, client, byHand, folder, sizes } = bench;
  const frame = { kind: 'parquet', path: windowFile(folder, 'frame') } as const;
  const query = { featureService: column.name, knowledge: 'known' } as const;
  const ours: Usage[] = [];
  const hand: Omit<Usage, 'peakRssMiB'>[] = [];
  for (let i = 0; i < REPETITIONS; i++) {
    hand.push(await ownUsage(() => aggregateByHand(byHand, folder, column)));
    ours.push(
      await usageOf(service.pid, async () => {
        const { rows } = await client.retrieveToParquet(frame, query, windowFile(folder, column.name));
        if (rows !== sizes.frameRows) throw new Error(`${rows} rows came back, not ${sizes.frameRows}`);
      }),
    );
  }
  return {
    seconds: median(ours.map(({ seconds }) => seconds)),
    handSeconds: median(hand.map(({ seconds }) => seconds)),
    cpuSeconds: median(ours.map((each) => each.cpuSeconds)),
    handCpuSeconds: median(hand.map((each) => each.cpuSeconds)),
    peakRssMiB: Math.max(...ours.map(({ peakRssMiB }) => peakRssMiB)),
    differences: await differingCells(byHand, folder, column),
  };
}

function metricsOf(name: string, each: Retrieval): Readonly<Record<string, number>> {
  return {
    [`${name}ToByHand`]: rounded(each.seconds / each.handSeconds),
    [`${name}CpuToByHand`]: rounded(each.cpuSeconds / each.handCpuSeconds),
    [`${name}Seconds`]: rounded(each.seconds),
    [`${name}ByHandSeconds`]: rounded(each.handSeconds),
    [`${name}CpuSeconds`]: rounded(each.cpuSeconds),
    [`${name}PeakRssMiB`]: Math.round(each.peakRssMiB),
  };
}

/** Waits until the service has compacted its history and built what it serves: nothing of that counts in what follows. */
async function rest({ service }: Bench): Promise<void> {
  const startedMs = performance.now();
  for (let rested = 0; rested < REST_SECONDS; ) {
    const before = await cpuSeconds(service.pid);
    await sleep(1_000);
    rested = (await cpuSeconds(service.pid)) - before < 0.05 ? rested + 1 : 0;
    if (performance.now() - startedMs > REST_DEADLINE_MS)
      throw new Error('the service does not come to rest');
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
