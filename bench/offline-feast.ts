import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { firstRow, sqlText } from '../demo/duckdb.js';
import { type RunningService, startService } from '../demo/service.js';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { RetrievalReport } from '../sdk/typescript/src/wire.js';
import type { SourceDocument } from '../src/definition/document.js';
import { DuckdbOfflineStore } from '../src/offline/adapter/duckdb.js';
import { type BenchResult, median } from './conditions.js';
import {
  AFTERWARDS,
  FEAST_DEFINITIONS,
  FEAST_SOURCES,
  type FeastSource,
  FRAME_ROWS,
  feastFile,
  writeFeastData,
} from './feast-data.js';
import { cpuSeconds, ownUsage, rssMiB, type Usage, usageOf } from './process-usage.js';

const REPETITIONS = 3;
const PROJECT = 'bench';

/** The share of frame rows whose answers by what was known are checked row by row: the check costs more than the join. */
const CHECKED_SHARE = 20;

/** Compaction begins some seconds after a load and takes some seconds more. */
const COMPACTION_DEADLINE_MS = 120_000;

const RULES = ['event', 'known'] as const;
type Rule = (typeof RULES)[number];

/**
 * A frame of 1 M rows over 6.3 M rows of three sources, loaded as users load them and compacted in the background:
 * Parquet in, Parquet out, through the REST API, against the join that somebody would write by hand in DuckDB over the
 * same Parquet files into a table of memory. CPU seconds of the whole service; the hand-written one takes turns with it.
 */
export async function offlineFeast(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-feast-'));
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const data = join(folder, 'files');
    await mkdir(data);
    await writeFeastData(connection, data);
    const service = await startService({
      dataDir: join(folder, 'data'),
      dataRoots: [data],
      clock: AFTERWARDS,
    });
    let result: BenchResult;
    try {
      result = await measure({ service, connection, data });
    } finally {
      await service.stop();
    }
    const compaction = await compactionCost(join(folder, 'data', 'history.duckdb'));
    return { ok: result.ok, metrics: { ...result.metrics, ...compaction } };
  } finally {
    connection.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

type Bench = {
  readonly service: RunningService;
  readonly connection: DuckDBConnection;
  readonly data: string;
};

async function measure(bench: Bench): Promise<BenchResult> {
  const client = new PlumblineClient({
    baseUrl: bench.service.baseUrl,
    project: PROJECT,
    deadlineMs: 600_000,
  });
  const preparation = await prepare(bench, client);
  const idleMiB = await rssMiB(bench.service.pid);
  const ours: Record<Rule, Usage[]> = { event: [], known: [] };
  const hand: Omit<Usage, 'peakRssMiB'>[] = [];
  for (let i = 0; i < REPETITIONS; i++) {
    hand.push(await ownUsage(() => bench.connection.run(handWrittenSql(bench.data))));
    for (const rule of RULES) {
      ours[rule].push(await usageOf(bench.service.pid, () => retrieve(bench, client, rule)));
    }
  }
  const differences = {
    event: await countDifferences(bench, 'event', 'hand', 1),
    known: await differencesByKnown(bench),
  };
  const cpu = (usages: readonly Pick<Usage, 'cpuSeconds'>[]): number =>
    median(usages.map((usage) => usage.cpuSeconds));
  const peakMiB = Math.max(...RULES.flatMap((rule) => ours[rule].map(({ peakRssMiB }) => peakRssMiB)));
  return {
    ok: differences.event === 0 && differences.known === 0,
    metrics: {
      eventCpuToHandWritten: cpu(ours.event) / cpu(hand),
      knownCpuToHandWritten: cpu(ours.known) / cpu(hand),
      peakMiBAboveIdle: peakMiB - idleMiB,
      eventDifferences: differences.event,
      knownDifferences: differences.known,
      handWrittenCpuSeconds: cpu(hand),
      eventCpuSeconds: cpu(ours.event),
      knownCpuSeconds: cpu(ours.known),
      handWrittenSeconds: median(hand.map(({ seconds }) => seconds)),
      eventSeconds: median(ours.event.map(({ seconds }) => seconds)),
      knownSeconds: median(ours.known.map(({ seconds }) => seconds)),
      ...preparation,
    },
  };
}

/** What one compaction of all rows costs, with the service's limits. */
async function compactionCost(path: string): Promise<Record<string, number>> {
  const store = await DuckdbOfflineStore.open(path, { memoryLimit: '512MiB', threads: 2 });
  let [seconds, cpu] = [0, 0];
  try {
    for (const { name, key } of FEAST_SOURCES) {
      const source = FEAST_DEFINITIONS.find((each) => each.kind === 'Source' && each.name === name);
      const report = await store.compact({
        project: PROJECT,
        source: source as SourceDocument,
        keys: [[key]],
      });
      seconds += report.seconds;
      cpu += report.cpuSeconds;
    }
  } finally {
    await store.close();
  }
  return { compactionSeconds: seconds, compactionCpuSeconds: cpu };
}

/** Loads the files and waits until compaction is done; what both cost. */
async function prepare({ service, data }: Bench, client: PlumblineClient): Promise<Record<string, number>> {
  await client.apply(FEAST_DEFINITIONS);
  const load = await usageOf(service.pid, async () => {
    for (const { name } of FEAST_SOURCES) {
      await client.waitForJob(await client.load(name, feastFile(data, name)));
    }
  });
  const cpuBefore = await cpuSeconds(service.pid);
  const startedMs = performance.now();
  let probesCpu = 0;
  for (;;) {
    const probe = await usageOf(service.pid, () => sleep(1_000));
    // A process that does nothing but serve health checks has nothing left to compact.
    if (probe.cpuSeconds < 0.05 && (await isCompacted(client, data))) break;
    if (performance.now() - startedMs > COMPACTION_DEADLINE_MS) throw new Error('history was not compacted');
    probesCpu = (await cpuSeconds(service.pid)) - cpuBefore;
  }
  return { loadSeconds: load.seconds, loadCpuSeconds: load.cpuSeconds, afterLoadCpuSeconds: probesCpu };
}

async function isCompacted(client: PlumblineClient, data: string): Promise<boolean> {
  const frame = { kind: 'parquet', path: feastFile(data, 'probe') } as const;
  const report: RetrievalReport & { readonly plan?: Readonly<Record<string, string>> } =
    await client.retrieveToParquet(frame, { featureService: 'all' }, feastFile(data, 'probe-answer'));
  return Object.values(report.plan ?? {}).every((plan) => plan === 'compacted');
}

async function retrieve({ data }: Bench, client: PlumblineClient, rule: Rule): Promise<void> {
  const frame = { kind: 'parquet', path: feastFile(data, 'frame') } as const;
  const query = { featureService: 'all', knowledge: rule };
  const { rows } = await client.retrieveToParquet(frame, query, feastFile(data, rule));
  if (rows !== FRAME_ROWS) throw new Error(`${rows} rows came back, not ${FRAME_ROWS}`);
}

/** A narrow ASOF join by key and event time, joined back for the values; of rows of one event the latest known wins. */
function handWrittenSql(data: string): string {
  const parts = FEAST_SOURCES.flatMap((source) => handWrittenPart(source, data));
  const joins = FEAST_SOURCES.map(({ name }) => `LEFT JOIN ${name}_v USING (row_id)`);
  const columns = FEAST_SOURCES.flatMap(({ name, features }) =>
    Object.keys(features).map((feature) => `${name}_v.${feature} AS ${name}__${feature}`),
  );
  return `CREATE OR REPLACE TEMP TABLE hand AS
    WITH e AS (SELECT * FROM read_parquet(${sqlText(feastFile(data, 'frame'))})), ${parts.join(', ')}
    SELECT e.*, ${columns.join(', ')} FROM e ${joins.join(' ')}`;
}

function handWrittenPart({ name, key, maxAge, features }: FeastSource, data: string): readonly string[] {
  const file = `read_parquet(${sqlText(feastFile(data, name))})`;
  const young =
    maxAge === null
      ? ''
      : `WHERE s.event_timestamp >= e.event_timestamp - INTERVAL ${parseInt(maxAge, 10)} DAY`;
  const columns = Object.keys(features).map((feature) => `s.${feature}`);
  return [
    `${name}_k AS (SELECT e.row_id, e.${key}, s.event_timestamp AS ts FROM e
       ASOF JOIN (SELECT ${key}, event_timestamp FROM ${file} WHERE ${key} IN (SELECT ${key} FROM e)) s
       ON e.${key} = s.${key} AND e.event_timestamp >= s.event_timestamp ${young})`,
    `${name}_v AS (SELECT k.row_id, ${columns.join(', ')} FROM ${name}_k k
       JOIN ${file} s ON s.${key} = k.${key} AND s.event_timestamp = k.ts
       QUALIFY row_number() OVER (PARTITION BY k.row_id ORDER BY s.created DESC NULLS LAST) = 1)`,
  ];
}

/** By what was known, looking at every row of the key for a part of the frame: no plan of ours does that here. */
async function differencesByKnown(bench: Bench): Promise<number> {
  const frame = `(SELECT * FROM read_parquet(${sqlText(feastFile(bench.data, 'frame'))}) WHERE row_id % ${CHECKED_SHARE} = 0)`;
  const joins = FEAST_SOURCES.map(({ name, key, maxAge, features }) => {
    const young =
      maxAge === null
        ? 'true'
        : `s.event_timestamp >= e.event_timestamp - INTERVAL ${parseInt(maxAge, 10)} DAY`;
    const columns = Object.keys(features).map(
      (feature) => `CASE WHEN ${young} THEN s.${feature} END AS ${name}__${feature}`,
    );
    return `LEFT JOIN (SELECT e.row_id, ${columns.join(', ')} FROM ${frame} e
      JOIN read_parquet(${sqlText(feastFile(bench.data, name))}) s
        ON s.${key} = e.${key} AND s.event_timestamp <= e.event_timestamp AND s.created <= e.event_timestamp
      QUALIFY row_number() OVER (PARTITION BY e.row_id ORDER BY s.event_timestamp DESC, s.created DESC) = 1) ${name} USING (row_id)`;
  });
  await bench.connection.run(
    `CREATE OR REPLACE TEMP TABLE checked AS SELECT * FROM ${frame} e ${joins.join(' ')}`,
  );
  return countDifferences(bench, 'known', 'checked', CHECKED_SHARE);
}

async function countDifferences(
  { connection, data }: Bench,
  rule: Rule,
  reference: string,
  share: number,
): Promise<number> {
  const columns = FEAST_SOURCES.flatMap(({ name, features }) =>
    Object.keys(features).map((feature) => `${name}__${feature}`),
  );
  const differs = ['label', 'user_id', 'item_id', 'event_timestamp', ...columns].map(
    (name) => `(a.${name} IS DISTINCT FROM b.${name})::BIGINT`,
  );
  const row = await firstRow(
    connection,
    `SELECT sum(${differs.join(' + ')} + (a.row_id IS NULL OR b.row_id IS NULL)::BIGINT) AS differences
     FROM (SELECT * FROM read_parquet(${sqlText(feastFile(data, rule))}) WHERE row_id % ${share} = 0) a
     FULL JOIN ${reference} b ON a.row_id = b.row_id`,
  );
  return Number(row['differences']);
}
