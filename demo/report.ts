import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OUT } from './paths.js';
import type { OnlinePredictions } from './prediction.js';
import type { WeatherCheck } from './weather-check.js';

/** Figures other tools read; names are fixed. */
type Metrics = {
  /** Of the honest model, on October to December, from features as they were an hour before departure. */
  readonly auc: number;
  readonly weatherDifferences: number;
  readonly vectorDifferences: number;
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
  readonly weather: readonly WeatherCheck[];
};

/** The least AUC at which the demo counts as working; with none of the weather it would be 0.63. */
const LEAST_AUC = 0.65;

/** Whether every promise the demo makes was kept. */
export function isOk({ metrics }: Findings): boolean {
  return metrics.auc >= LEAST_AUC && metrics.weatherDifferences === 0 && metrics.vectorDifferences === 0;
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
  const { metrics, leak, startSeconds, online, memory } = findings;
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
      what: 'service healthy, first start',
      value: `${startSeconds.first.toFixed(1)} s`,
      target: 'within 6 s',
    },
    {
      what: 'service healthy, later start',
      value: `${startSeconds.later.toFixed(1)} s`,
      target: 'within 3 s',
    },
    { what: 'whole run', value: `${metrics.seconds.toFixed(1)} s`, target: 'within 120 s' },
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
