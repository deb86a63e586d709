/**
 * `npm run parity -- --cases N --seed S [--target kernel,duckdb,…|all] [--operation ID,…] [--case NUMBER] [--json]`: compares
 * engines with the oracle over generated expressions. Exits non-zero when one differs, or when the run tried too little.
 */
import { parseArgs } from 'node:util';
import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import { coverageText, shortcomings } from './coverage.js';
import { type TargetName, targetsHere, withEngines } from './engines.js';
import { type ParityReport, runParity } from './parity.js';

const DEFAULT_TARGET = 'kernel,duckdb';

const { values: given } = parseArgs({
  options: {
    cases: { type: 'string', default: '20000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    target: { type: 'string', default: DEFAULT_TARGET },
    operation: { type: 'string' },
    case: { type: 'string' },
    'stop-after': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const seed = wholeNumber('--seed', given.seed, 0);
  const only = given.case === undefined ? null : wholeNumber('--case', given.case, 0);
  const operations = given.operation?.split(',').map(operationNamed);
  const started = performance.now();
  const report = await withEngines(targetsNamed(given.target), (engines) =>
    runParity({
      engines,
      seed,
      ...(given.target !== DEFAULT_TARGET && { target: given.target }),
      cases: only === null ? wholeNumber('--cases', given.cases, 1) : 1,
      from: only ?? 0,
      ...(operations && { operations }),
      ...(given['stop-after'] && { stopAfter: wholeNumber('--stop-after', given['stop-after'], 1) }),
    }),
  );
  // A run of some operations, or of one case, does not set out to try all.
  const isWhole = operations === undefined && only === null;
  const missing = isWhole ? shortcomings(report.coverage, report.cases) : [];
  const ok = report.differences.length === 0 && missing.length === 0;
  print(report, { seed, seconds: Math.round((performance.now() - started) / 100) / 10, missing, ok });
  return ok ? 0 : 1;
}

type Run = {
  readonly seed: number;
  readonly seconds: number;
  readonly missing: readonly string[];
  readonly ok: boolean;
};

function print(report: ParityReport, { seed, seconds, missing, ok }: Run): void {
  const { cases, values, carried, coverage, differences } = report;
  for (const difference of differences) console.error(`${difference}\n`);
  for (const reason of missing) console.error(reason);
  if (given.json) {
    const metrics = { cases, values, carried, differences: differences.length, seed, seconds, ...coverage };
    console.log(JSON.stringify({ ok, metrics }));
    return;
  }
  console.log(coverageText(coverage));
  const shares = Object.entries(carried).map(([name, count]) => `${name} ${count}`);
  console.log(`seed ${seed}: ${cases} expressions (${shares.join(', ')}), ${values} values, ${seconds} s`);
  console.log(`${differences.length} differences`);
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new Error(`${option} takes a whole number from ${least}, not "${text}"`);
}

function operationNamed(id: string): OperationId {
  if (Object.hasOwn(OPERATIONS, id)) return id as OperationId;
  throw new Error(`--operation takes ids of the operation table, not "${id}"`);
}

/** `all` is every target that this machine has the programs for; the others are told. */
function targetsNamed(list: string): readonly TargetName[] {
  const known = targetsHere();
  if (list !== 'all') return list.split(',').map((name) => targetNamed(name, [...known.keys()]));
  for (const [name, reason] of known) if (reason !== null) console.error(`${name} did not run: ${reason}`);
  return [...known].filter(([, reason]) => reason === null).map(([name]) => name);
}

function targetNamed(name: string, known: readonly TargetName[]): TargetName {
  const target = known.find((each) => each === name);
  if (target !== undefined) return target;
  throw new Error(`--target takes all or some of ${known.join(', ')}, not "${name}"`);
}
