/**
 * `npm run bench -- NAME --json`: ratios measured in one run, with the conditions beside them. `--share 0.01` makes
 * `windows` so much smaller, to try it: its figures then prove nothing.
 */
import { parseArgs } from 'node:util';
import { type BenchResult, conditions } from './conditions.js';
import { ingest } from './ingest.js';
import { kernels } from './kernels.js';
import { offlineFeast } from './offline-feast.js';
import { offlineFlights } from './offline-flights.js';
import { ingestBesideFeast } from './peers/ingest.js';
import { materialise } from './peers/materialise.js';
import { online } from './peers/online.js';
import { startup } from './startup.js';
import { stream } from './stream.js';
import { training } from './training.js';
import { transforms } from './transforms.js';
import { windows } from './windows.js';

const BENCHMARKS: Readonly<Record<string, (share: number) => Promise<BenchResult>>> = {
  'offline-feast': offlineFeast,
  'offline-flights': offlineFlights,
  ingest: async (share) => both(await ingest(), await ingestBesideFeast(share)),
  kernels,
  materialise,
  online,
  startup,
  stream,
  training,
  transforms,
  windows,
};

function both(first: BenchResult, second: BenchResult): BenchResult {
  return { ok: first.ok && second.ok, metrics: { ...first.metrics, ...second.metrics } };
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, share: { type: 'string', default: '1' } },
});

const run = BENCHMARKS[positionals[0] ?? ''];
const share = Number(values.share);
if (run === undefined || !(share > 0 && share <= 1)) {
  console.error(`name one of: ${Object.keys(BENCHMARKS).join(', ')}; --share is above 0, 1 at most`);
  process.exitCode = 2;
} else {
  const before = conditions();
  const { ok, metrics } = await run(share);
  const all = { ...metrics, ...before };
  for (const [name, value] of Object.entries(all)) console.log(`${name.padEnd(24)} ${value}`);
  if (values.json) console.log(JSON.stringify({ ok, metrics: all }));
  process.exitCode = ok ? 0 : 1;
}
