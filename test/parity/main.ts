import { parseArgs } from 'node:util';
import { runParity } from './parity.js';

/** `npm run parity -- --cases N --seed S --json`: exits non-zero when an engine differs from the oracle. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '20000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
      json: { type: 'boolean', default: false },
    },
  });
  const [cases, seed] = [Number(values.cases), Number(values.seed)];
  if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
    throw new Error('--cases takes a whole number above 0, --seed a whole number');
  }
  const started = performance.now();
  const report = await runParity(cases, seed);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const differences = report.differences.length;
  for (const difference of report.differences) console.error(`${difference}\n`);
  if (!values.json)
    console.log(
      `seed ${seed}: ${cases} expressions, ${report.values} values, ${report.lowered} in DuckDB, ${differences} differences, ${seconds} s`,
    );
  const metrics = { cases, differences, values: report.values, lowered: report.lowered, seed, seconds };
  if (values.json) console.log(JSON.stringify({ ok: differences === 0, metrics }));
  process.exitCode = differences === 0 ? 0 : 1;
}

await main();
