/**
 * `npm run verify -- NAME`: every "must hold" line of an issue as a check that prints its figure; exits non-zero when one
 * fails. `--only CHECK` runs one; `--defects` proves that each check can fail, on a copy of the build with a defect in it.
 * `engines --fault NAME --rounds 50` does one fault so often, and goes on where an earlier run was cut.
 */
import { parseArgs } from 'node:util';
import type { Outcome } from './check.js';
import { failsOnItsDefect } from './defect.js';
import { ROUNDS } from './engines/fault-run.js';
import { suites } from './suites.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    defects: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    fault: { type: 'string' },
    rounds: { type: 'string', default: String(ROUNDS) },
  },
});

// Kafka's client keeps timers for connections that were cut.
process.exit(await main(positionals[0] ?? ''));

async function main(name: string): Promise<number> {
  const only = values.only ?? values.fault;
  const checks = suites(Number(values.rounds))[name]?.filter(
    (check) => only === undefined || check.name === only,
  );
  if (checks === undefined || checks.length === 0) {
    console.error(`name one of: ${Object.keys(suites(ROUNDS)).join(', ')}; --only takes a check's name`);
    return 2;
  }
  const results: { readonly name: string; readonly ok: boolean; readonly figure: string }[] = [];
  for (const check of checks) {
    const { ok, figure } = await outcomeOf(() =>
      values.defects ? failsOnItsDefect(name, check) : check.run(),
    );
    results.push({ name: check.name, ok, figure });
    console.log(`${ok ? 'holds ' : 'FAILS '} ${check.name}: ${figure} (must: ${check.bar})`);
  }
  const ok = results.every((result) => result.ok);
  if (values.json)
    console.log(JSON.stringify({ ok, metrics: Object.fromEntries(results.map((r) => [r.name, r.figure])) }));
  return ok ? 0 : 1;
}

/** What broke a check is its figure. */
async function outcomeOf(run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run();
  } catch (error) {
    return { ok: false, figure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
