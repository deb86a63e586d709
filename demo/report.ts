import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeekAudit } from './audit.js';
import type { LiveWeek } from './live-week.js';
import { OUT } from './paths.js';
import type { OnlinePredictions } from './prediction.js';
import { counted } from './progress.js';
import type { WeatherCheck } from './weather-check.js';

/** Figures other tools read; names are fixed. */
type Metrics = {
  /** Of the honest model, on October to December, from features as they were an hour before departure. */
  readonly auc: number;
  readonly weatherDifferences: number;
  readonly vectorDifferences: number;
  /** Values served in the replayed week that were retrieved once more from history. */
  readonly auditCompared: number;
  readonly auditDifferences: number;
  readonly seconds: number;
  /** Largest memory of the service and of the demo, added; null where the system does not tell. */
  readonly peakRssMiB: number | null;
};

/** Largest resident memory of each process. */
export type PeakMemory = { readonly serviceMiB: number; readonly demoMiB: number };

/** Everything a run found. */
export type Findings = {
  readonly metrics: Metrics;
  readonly memory: PeakMemory | null;
  readonly startSeconds: { readonly first: number; readonly later: number };
  /** What the model that leaks claims for itself, and what it is worth with the features there are when it is asked. */
  readonly leak: { readonly claimedAuc: number; readonly servedAuc: number };
  readonly evaluatedFlights: number;
  readonly trainedFlights: number;
  readonly online: OnlinePredictions;
  readonly week: LiveWeek;
  readonly audit: WeekAudit;
  readonly weather: readonly WeatherCheck[];
};

/** The least AUC at which the demo counts as working; without windows it would be 0.67. */
const LEAST_AUC = 0.745;
/** The least that an audit must have compared to say anything. */
const LEAST_AUDITED = 50_000;

/** Whether every promise the demo makes was kept. */
export function isOk({ metrics }: Findings): boolean {
  const differences = metrics.weatherDifferences + metrics.vectorDifferences + metrics.auditDifferences;
  return metrics.auc >= LEAST_AUC && metrics.auditCompared >= LEAST_AUDITED && differences === 0;
}

/** Writes `demo/out/report.json`. */
export async function writeJsonReport(findings: Findings): Promise<string> {
  const path = join(OUT, 'report.json');
  const text = JSON.stringify(
    { ok: isOk(findings), ...findings },
    (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value),
    2,
  );
  await writeFile(path, `${text}\n`);
  return path;
}

/** A measured figure: what it is, its value, what it has to be. */
export type Figure = { readonly what: string; readonly value: string; readonly target: string };

/** The figures of a run in reading order, for the table in the terminal and on the page. */
export function figuresOf(findings: Findings): readonly Figure[] {
  const { metrics, leak, startSeconds, online, week, audit, memory } = findings;
  const rows = online.flights.length;
  const rss =
    metrics.peakRssMiB === null ? 'not told by this system' : `${metrics.peakRssMiB.toFixed(0)} MiB`;
  const parts = memory === null ? '' : ` (${memory.serviceMiB.toFixed(0)} and ${memory.demoMiB.toFixed(0)})`;
  return [
    { what: 'AUC, October to December', value: metrics.auc.toFixed(4), target: `at least ${LEAST_AUC}` },
    { what: 'AUC the leaking join claims', value: leak.claimedAuc.toFixed(4), target: '' },
    { what: 'AUC of that model when served', value: leak.servedAuc.toFixed(4), target: '' },
    { what: 'weather answers that differ', value: String(metrics.weatherDifferences), target: '0' },
    {
      what: `model inputs that differ, of ${rows} online`,
      value: String(metrics.vectorDifferences),
      target: '0',
    },
    {
      what: `values that differ, of ${counted(audit.compared)} served live`,
      value: String(metrics.auditDifferences),
      target: `0 of at least ${counted(LEAST_AUDITED)}`,
    },
    { what: 'AUC of the predictions of that week', value: week.auc.toFixed(4), target: '' },
    {
      what: 'service healthy, first start',
      value: `${startSeconds.first.toFixed(1)} s`,
      target: 'within 6 s',
    },
    {
      what: 'service healthy, later start',
      value: `${startSeconds.later.toFixed(1)} s`,
      target: 'within 3 s',
    },
    { what: 'whole run', value: `${metrics.seconds.toFixed(1)} s`, target: 'within 240 s' },
    { what: 'peak memory, service and demo', value: rss, target: `within 2048 MiB${parts}` },
  ];
}

/** The figures as a table for the terminal. */
export function figureTable(figures: readonly Figure[]): string {
  const width = (key: keyof Figure): number => Math.max(...figures.map((figure) => figure[key].length));
  const [what, value] = [width('what'), width('value')];
  return figures
    .map((f) => `  ${f.what.padEnd(what)}  ${f.value.padStart(value)}  ${f.target}`.trimEnd())
    .join('\n');
}
