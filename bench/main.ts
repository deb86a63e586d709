/** `npm run bench -- NAME --json`: ratios measured in one run, with the conditions beside them. */
import { parseArgs } from 'node:util';
import { type BenchResult, conditions } from './conditions.js';
import { ingest } from './ingest.js';
import { kernels } from './kernels.js';
import { offlineFeast } from './offline-feast.js';
import { offlineFlights } from './offline-flights.js';
import { training } from './training.js';
import { transforms } from './transforms.js';

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchResult>>> = {
  'offline-feast': offlineFeast,
  'offline-flights': offlineFlights,
  ingest,
  kernels,
  training,
  transforms,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});

const run = BENCHMARKS[positionals[0] ?? ''];
if (run === undefined) {
  console.error(`name one of: ${Object.keys(BENCHMARKS).join(', ')}`);
  process.exitCode = 2;
} else {
  const before = conditions();
  const { ok, metrics } = await run();
  const all = { ...metrics, ...before };
  for (const [name, value] of Object.entries(all)) console.log(`${name.padEnd(24)} ${value}`);
  if (values.json) console.log(JSON.stringify({ ok, metrics: all }));
  process.exitCode = ok ? 0 : 1;
}
