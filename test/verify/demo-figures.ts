import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../../bench/conditions.js';
import { OUT, ROOT } from '../../demo/paths.js';
import { type Check, measured } from './check.js';
import { runScript } from './run-script.js';

const LEAST_AUC = 0.745;
/** The least that the audit of the replayed week must have compared. */
const LEAST_AUDITED = 50_000;
/** How much more than it is worth the leaking model must claim, for the demo to show anything. */
const LEAST_LEAK = 0.1;
const MOST_SECONDS = 240;
const MOST_RSS_MIB = 2048;

type DemoMetrics = {
  readonly auc: number;
  readonly auditCompared: number;
  readonly auditDifferences: number;
  readonly leakClaimedAuc: number;
  readonly leakServedAuc: number;
  readonly seconds: number;
  readonly peakRssMiB: number;
};

export const auc: Check = {
  name: 'auc',
  bar: `AUC on October to December at least ${LEAST_AUC}`,
  // Trained on answers that have nothing to do with the flights.
  defect: {
    file: 'src/training/train-model.js',
    find: 'this.labels.read(batch, asOf)',
    replace: 'this.labels.read(batch, asOf).map((_, row)=>row % 2)',
  },
  run: async () => {
    const metrics = await runDemo();
    return { ok: metrics.auc >= LEAST_AUC, figure: `AUC ${metrics.auc.toFixed(4)}` };
  },
};

export const leak: Check = {
  name: 'leak',
  bar: `the leaking join claims at least ${LEAST_LEAK} more AUC than it is worth when served`,
  // A retrieval that looks into the future makes the served answer as good as the claim.
  defect: {
    file: 'src/compile/sql/point-in-time-match.js',
    find: '} >= s."~from"',
    replace: '} + INTERVAL 2 DAY >= s."~from"',
  },
  run: async () => {
    const { leakClaimedAuc, leakServedAuc } = await runDemo();
    return {
      ok: leakClaimedAuc - leakServedAuc >= LEAST_LEAK,
      figure: `claimed ${leakClaimedAuc.toFixed(4)}, served ${leakServedAuc.toFixed(4)}`,
    };
  },
};

export const demoAudit: Check = {
  name: 'audit',
  bar: `of at least ${LEAST_AUDITED} values served in a replayed week none differs from history`,
  // Weather served with half of its digits.
  defect: {
    file: 'src/online/row-codec.js',
    find: 'cursor.bytes.readDoubleLE(advance(cursor, 8))',
    replace: 'Math.fround(cursor.bytes.readDoubleLE(advance(cursor, 8)))',
  },
  run: async () => {
    const { auditCompared, auditDifferences } = await runDemo();
    return {
      ok: auditCompared >= LEAST_AUDITED && auditDifferences === 0,
      figure: `${auditDifferences} differences in ${auditCompared} values`,
    };
  },
};

export const demoCost: Check = {
  name: 'demo-cost',
  bar: `npm run demo within ${MOST_SECONDS} s and ${MOST_RSS_MIB} MiB (medians of 5)`,
  defect: {
    file: 'demo/main.js',
    find: 'const story = await tellStory(',
    replace: 'globalThis.hoard = Buffer.alloc(1700 * 2 ** 20, 1);\nconst story = await tellStory(',
  },
  run: () =>
    measured(runDemo, (runs) => {
      const seconds = median(runs.map((run) => run.seconds));
      const peakRssMiB = median(runs.map((run) => run.peakRssMiB));
      return {
        ok: seconds <= MOST_SECONDS && peakRssMiB <= MOST_RSS_MIB,
        figure: `${seconds.toFixed(1)} s, ${peakRssMiB.toFixed(0)} MiB`,
      };
    }),
};

const REPORT = join(OUT, 'report.json');

type DemoReport = {
  readonly metrics: {
    readonly auc: number;
    readonly auditCompared: number;
    readonly auditDifferences: number;
    readonly peakRssMiB: number;
  };
  readonly leak: { readonly claimedAuc: number; readonly servedAuc: number };
};

/** As `npm run demo` has them: garbage of its requests is not kept for long. */
const NODE_FLAGS = ['--max-semi-space-size=4'];

/** Runs the demo as a newcomer does, its own time measured from outside. */
async function runDemo(): Promise<DemoMetrics> {
  await rm(OUT, { recursive: true, force: true });
  const startedMs = performance.now();
  const { output } = await runScript(ROOT, [...NODE_FLAGS, 'dist/demo/main.js', '--json']);
  const seconds = (performance.now() - startedMs) / 1000;
  if (!existsSync(REPORT)) throw new Error(`the demo ended without a report:\n${output.slice(-2000)}`);
  const { metrics, leak: found } = JSON.parse(await readFile(REPORT, 'utf8')) as DemoReport;
  return { ...metrics, leakClaimedAuc: found.claimedAuc, leakServedAuc: found.servedAuc, seconds };
}
