import type { DuckDBConnection } from '@duckdb/node-api';
import { PlumblineClient } from '../sdk/typescript/src/client.js';
import { auditWeek, type WeekAudit } from './audit.js';
import { readDefinitions } from './definitions.js';
import { openDuckDb } from './duckdb.js';
import { type Candidate, scoreFrame } from './evaluation.js';
import { type LiveWeek, liveThroughWeek } from './live-week.js';
import { outcome, writePage } from './page.js';
import { PREPARED, SERVICE_DATA } from './paths.js';
import type { Curve } from './plot.js';
import { flightsAboutToLeave, type OnlinePredictions, predictOnline } from './prediction.js';
import { AFTERWARDS, EVENING, FILE, prepareFiles, WEEK_BEFORE } from './prepare.js';
import { counted, Progress } from './progress.js';
import { type Findings, type PeakMemory, writeJsonReport } from './report.js';
import { loadFiles, pushRows, rowsKnownBetween } from './rows-in.js';
import { auc, calibration, rocCurve, type Scored } from './score.js';
import { peakRssMiB, type RunningService, startService } from './service.js';
import { trainOn } from './training.js';
import { checkWeather, type WeatherCheck } from './weather-check.js';

export const PROJECT = 'flights';
/** Predictions shown in the terminal. */
const SHOWN_FLIGHTS = 5;

/** Half of the usual memory for what DuckDB joins and sorts, the rest goes to files; and the one audit that is told of. */
const SETTINGS = { PLUMBLINE_DUCKDB_MEMORY_LIMIT: '256MiB', PLUMBLINE_AUDIT_EVERY: 'never' } as const;

export type Story = {
  readonly findings: Findings;
  /** The service of the last chapter, still running. */
  readonly service: RunningService;
  /** The reports written. */
  readonly files: readonly string[];
};

type Hooks = { readonly onService: (stop: () => Promise<void>) => void };

/** What every chapter works with; the service is another one after the restart. */
type Stage = {
  readonly progress: Progress;
  readonly connection: DuckDBConnection;
  readonly hooks: Hooks;
};

type Evening = {
  readonly startSeconds: number;
  readonly honest: Candidate;
  readonly trainedFlights: number;
  readonly week: LiveWeek;
  readonly audit: WeekAudit;
  readonly online: OnlinePredictions;
  readonly peakRssMiB: number | null;
};

/** Runs every chapter; the service of the last one is left running. */
export async function tellStory(hooks: Hooks): Promise<Story> {
  const stage: Stage = { progress: new Progress(), connection: await openDuckDb(), hooks };
  const evening = await tellEvening(stage);
  const service = await openService(stage, 'Thursday: the same service, started again', {
    clock: AFTERWARDS,
  });
  try {
    return await tellAfterwards(stage, evening, service);
  } catch (error) {
    await service.stop();
    throw error;
  }
}

/** A week, from Monday to Monday evening: register, load, train, then live through it, and predict flights whose fate is open. */
async function tellEvening(stage: Stage): Promise<Evening> {
  const { progress, connection } = stage;
  progress.chapter('New York, Monday 23 December 2013, 18:30: what is known by now');
  await prepareFiles(connection);
  progress.line('timetable, weather, aircraft, departures and arrivals are prepared as files');
  const service = await openService(stage, 'A new service', { clock: WEEK_BEFORE, clockIsMoved: true });
  try {
    const client = clientOf(service);
    const changes = await client.apply(await readDefinitions());
    progress.line(`${changes.length} definitions registered in one transaction`);
    progress.chapter('Rows in');
    await loadFiles(client, progress);
    progress.chapter('Training, as of an hour before every departure');
    const trained = await trainOn(client, 'arrival_delay', FILE.trainingFrame, progress);
    const { training, evaluation } = trained.metrics;
    const week = await liveOn(stage, service, client);
    const audit = await auditOf(stage, client);
    const online = await predictTonight(stage, client, trained.version);
    return {
      startSeconds: service.startSeconds,
      honest: { model: 'arrival_delay', version: trained.version },
      trainedFlights: training.rows + evaluation.rows,
      week,
      audit,
      online,
      peakRssMiB: await service.peakRssMiB(),
    };
  } finally {
    await service.stop();
  }
}

async function liveOn(
  { progress, connection }: Stage,
  service: RunningService,
  client: PlumblineClient,
): Promise<LiveWeek> {
  progress.chapter(
    'The week until Monday evening, live: every row when it becomes known, every flight an hour before',
  );
  const week = await liveThroughWeek(service, client, connection, 'arrival_delay');
  progress.line(
    `${counted(week.rows)} rows pushed and ${counted(week.flights)} flights predicted in ${week.seconds.toFixed(1)} s; ` +
      `AUC of these predictions ${week.auc.toFixed(4)}`,
  );
  return week;
}

async function auditOf({ progress }: Stage, client: PlumblineClient): Promise<WeekAudit> {
  progress.chapter('The audit: what was served that week, retrieved once more from history');
  const audit = await auditWeek(client, 'arrival_delay');
  progress.line(
    `${counted(audit.compared)} values of ${counted(audit.answers)} answers compared in ${audit.seconds.toFixed(1)} s: ` +
      `${audit.differences} differences; ${audit.left} answers left out`,
  );
  return audit;
}

async function predictTonight(
  { progress, connection }: Stage,
  client: PlumblineClient,
  version: number,
): Promise<OnlinePredictions> {
  progress.chapter('Monday 30 December, 18:30: predictions over HTTP, from entity keys alone');
  const flights = await flightsAboutToLeave(connection);
  const online = await predictOnline(client, { name: 'arrival_delay', version }, flights);
  for (const { flight, probability } of surestLate(online)) {
    const percent = (probability * 100).toFixed(0);
    progress.line(
      `${flight.name}, ${flight.route}, leaves ${flight.departure}: late with a chance of ${percent} %`,
    );
  }
  progress.line(
    `${online.flights.length} flights as of ${online.asOf}; model inputs made from history for that instant: ` +
      `${online.vectorDifferences} differ in any bit`,
  );
  return online;
}

/** The flights most likely to be late. */
function surestLate({ flights }: OnlinePredictions): OnlinePredictions['flights'] {
  return [...flights].sort((a, b) => b.probability - a.probability).slice(0, SHOWN_FLIGHTS);
}

async function tellAfterwards(stage: Stage, evening: Evening, service: RunningService): Promise<Story> {
  const { progress, connection } = stage;
  const client = clientOf(service);
  const later = await rowsKnownBetween(connection, EVENING, AFTERWARDS);
  await pushRows(client, later);
  progress.line(`${counted(later.length)} rows of the days between pushed as JSON`);
  for (const { flight, probability } of surestLate(evening.online)) {
    const percent = (probability * 100).toFixed(0);
    progress.line(`${flight.name}: ${percent} % predicted; ${outcome(flight.arrivalDelay)}`);
  }
  const scores = await compareModels(stage, client, evening.honest);
  const weather = await checkBothRules(stage, client);
  const curves = curvesOf(scores);
  const memory = await peakMemory(evening.peakRssMiB, await service.peakRssMiB());
  const findings: Findings = {
    metrics: {
      auc: auc(scores.honest),
      weatherDifferences: weather.reduce((sum, check) => sum + check.differences, 0),
      vectorDifferences: evening.online.vectorDifferences,
      auditCompared: evening.audit.compared,
      auditDifferences: evening.audit.differences,
      seconds: progress.seconds,
      // As if both were at their worst at the same moment.
      peakRssMiB: memory === null ? null : memory.serviceMiB + memory.demoMiB,
    },
    memory,
    startSeconds: { first: evening.startSeconds, later: service.startSeconds },
    leak: { claimedAuc: auc(scores.leakyClaimed), servedAuc: auc(scores.leakyServed) },
    evaluatedFlights: scores.honest.labels.length,
    trainedFlights: evening.trainedFlights,
    online: evening.online,
    week: evening.week,
    audit: evening.audit,
    weather,
  };
  const files = [await writeJsonReport(findings), await writePage(findings, curves)];
  return { findings, service, files };
}

/** The honest model, and the one that leaks: as it claims to be, and as it is served. */
type Scores = { readonly honest: Scored; readonly leakyClaimed: Scored; readonly leakyServed: Scored };

async function compareModels(stage: Stage, client: PlumblineClient, honest: Candidate): Promise<Scores> {
  const { progress, connection } = stage;
  progress.chapter(
    'The honest model on October to December, every flight scored as it would have been served',
  );
  const scores = { honest: await scoreFrame(client, connection, honest, FILE.evaluationFrame) };
  progress.line(`AUC ${auc(scores.honest).toFixed(4)} on ${counted(scores.honest.labels.length)} flights`);
  progress.chapter('A join that leaks: the flight’s own departure delay, known only after it left');
  const name = 'arrival_delay_leaky';
  const trained = await trainOn(client, name, FILE.leakyFrame, progress);
  const leaky: Candidate = { model: name, version: trained.version };
  const leakyClaimed = await scoreFrame(client, connection, leaky, FILE.leakyEvaluationFrame);
  progress.line(`it claims an AUC of ${auc(leakyClaimed).toFixed(4)}`);
  const leakyServed = await scoreFrame(client, connection, leaky, FILE.evaluationFrame);
  progress.line(`served an hour before departure, it is worth ${auc(leakyServed).toFixed(4)}`);
  return { ...scores, leakyClaimed, leakyServed };
}

async function checkBothRules(stage: Stage, client: PlumblineClient): Promise<readonly WeatherCheck[]> {
  const { progress, connection } = stage;
  progress.chapter('Weather as of an hour before every flight of the year, against independent answers');
  const checks: WeatherCheck[] = [];
  for (const knowledge of ['event', 'known'] as const) {
    const check = await checkWeather(client, connection, knowledge);
    checks.push(check);
    progress.line(
      `${counted(check.flights)} flights, three age limits, by ${knowledge === 'known' ? 'what was known' : 'event time'}: ` +
        `${check.differences} differences (retrieved in ${check.seconds.toFixed(1)} s)`,
    );
  }
  return checks;
}

async function openService(
  stage: Stage,
  what: string,
  time: { readonly clock: string; readonly clockIsMoved?: boolean },
): Promise<RunningService> {
  const service = await startService({
    ...{ dataDir: SERVICE_DATA, dataRoots: [PREPARED], settings: SETTINGS },
    ...time,
  });
  stage.hooks.onService(() => service.stop());
  stage.progress.chapter(what);
  stage.progress.line(`healthy after ${service.startSeconds.toFixed(1)} s, its clock at ${time.clock}`);
  return service;
}

function clientOf(service: RunningService): PlumblineClient {
  return new PlumblineClient({ baseUrl: service.baseUrl, project: PROJECT });
}

function curvesOf(scores: Scores): readonly Curve[] {
  const curve = (name: string, color: string, scored: Scored): Curve => ({
    name: `${name} (AUC ${auc(scored).toFixed(3)})`,
    color,
    roc: rocCurve(scored),
    calibration: calibration(scored),
  });
  return [
    curve('honest', '#0f766e', scores.honest),
    curve('leaking, as claimed', '#e0a458', scores.leakyClaimed),
    curve('leaking, as served', '#b4431f', scores.leakyServed),
  ];
}

/** The largest service and the demo itself, each at its worst. */
async function peakMemory(first: number | null, second: number | null): Promise<PeakMemory | null> {
  const demoMiB = await peakRssMiB(process.pid);
  return first === null || second === null || demoMiB === null
    ? null
    : { serviceMiB: Math.max(first, second), demoMiB };
}
