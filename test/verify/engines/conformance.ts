import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../demo/paths.js';
import type { Check, Outcome } from '../check.js';
import { runScript } from '../run-script.js';

/** The test files that call a port's conformance suites, one or more an engine. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  registry: ['registry/pglite', 'registry/postgres'],
  log: ['ingest/embedded-log', 'ingest/kafka-log'],
  'online state': ['online/lmdb', 'online/redis', 'online/redis-cluster', 'online/redis-secured'],
  history: ['offline/duckdb', 'offline/duckdb-windows', 'offline/duckdb-key-rows', 'offline/duckdb-labels'],
};

/** What stores on other machines do not promise, and their suite leaves out. */
const NOT_PROMISED = 'reads many keys as they were when it was asked';

/** A busy machine is no failure. */
const TEST_TIMEOUT_MS = 300_000;

/** What vitest's JSON reporter writes, as far as it is looked at. */
type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

/** Every port's conformance suite on every engine. */
export const conformance: Check = {
  name: 'conformance',
  bar: `each conformance suite passes on each engine; nothing is skipped but what Redis does not promise ("${NOT_PROMISED}")`,
  // A command that comes late writes all the same.
  defect: {
    file: 'src/online/adapter/redis-scripts.ts',
    find: 'if held ~= ARGV[2] then return held end',
    replace: '',
  },
  run: async () => {
    const report = join(ROOT, '.cache', 'conformance.json');
    await rm(report, { force: true });
    const files = Object.values(FILES).flatMap((names) => names.map((name) => `test/${name}.test.ts`));
    const { output } = await runScript(ROOT, [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'embedded'],
      ...['--testTimeout', String(TEST_TIMEOUT_MS), '--reporter', 'json', '--outputFile', report, ...files],
    ]);
    const text = await readFile(report, 'utf8').catch(() => null);
    if (text === null) return { ok: false, figure: `vitest wrote no report: ${output.slice(-500)}` };
    return outcomeOf(JSON.parse(text) as Report);
  },
};

function outcomeOf({ testResults }: Report): Outcome {
  const failures: string[] = [];
  const ports = Object.entries(FILES).map(([port, names]) => {
    const counts = names.map((name) => {
      const found = testResults.find((file) => file.name.endsWith(`/test/${name}.test.ts`));
      const tests = (found?.assertionResults ?? []).filter(isPromised);
      const passed = tests.filter(({ status }) => status === 'passed');
      failures.push(
        ...tests.filter((test) => !passed.includes(test)).map((test) => `${test.status}: ${test.fullName}`),
      );
      if (passed.length === 0) failures.push(`nothing of ${name} passed`);
      return `${name.split('/')[1]} ${passed.length}`;
    });
    return `${port}: ${counts.join(', ')}`;
  });
  const figure = [`${ports.join('; ')} passed, ${failures.length} did not`, ...failures.slice(0, 5)];
  return { ok: failures.length === 0, figure: figure.join(' | ') };
}

function isPromised({
  status,
  fullName,
}: Report['testResults'][number]['assertionResults'][number]): boolean {
  return status !== 'skipped' || !fullName.includes(NOT_PROMISED);
}
