import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineServers } from '../engines/engine-servers.js';
import type { Workshop } from '../rows/doors.js';
import { ProjectApi } from '../rows/project-api.js';
import { Random } from '../rows/random.js';
import { dataDirOf, withWorkshop } from '../rows/work-folder.js';
import { type BriefFindings, briefDifferences } from './law-brief.js';
import { lawDocuments } from './law-documents.js';
import { type LawHistory, lawHistory, sentDifferences } from './law-history.js';
import { LAW_PROJECT, LawLife, type LawWorld } from './law-life.js';
import { oracleDifferences } from './law-oracle.js';
import { LawRecord } from './law-record.js';
import { lawDifferences, type TimedFindings, timedDifferences } from './law-replay.js';
import { LawService } from './law-service.js';
import { LawTime } from './law-time.js';
import { LawTraffic } from './law-traffic.js';

export type LawSize = { readonly answers: number; readonly kills: number };

/** What became of one seed. */
export type SeedOutcome = {
  readonly seed: number;
  readonly seconds: number;
  readonly answers: number;
  readonly values: number;
  /** Values, with their status and event time, that the replay of the records gave otherwise. */
  readonly differences: number;
  /** Values of a sample of answers that the naive oracle gave, and those that it gave otherwise. */
  readonly oracleValues: number;
  readonly oracleDifferences: number;
  readonly examples: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
};

/** How lives end, in turn. */
const ENDS = ['any', 'load', 'any', 'priming', 'start', 'any', 'rebuild', 'any', 'stop'] as const;

type End = (typeof ENDS)[number];

/** Runs one seed of the law over a new data folder, which is gone afterwards; on `engines`, where not everything is embedded. */
export function runSeed(
  seed: number,
  size: LawSize,
  engines: EngineServers | null = null,
): Promise<SeedOutcome> {
  return withWorkshop(async (workshop) => {
    const file = engines === null ? null : join(workshop.folder, 'plumbline.yaml');
    if (file !== null) await engines?.configure(file, `law-${seed}`);
    return new LawSeed(seed, size, { ...workshop, file }).run();
  });
}

/** A workshop whose service has a configuration file, or null. */
type Site = Workshop & { readonly file: string | null };

class LawSeed {
  private readonly random: Random;
  private readonly record = new LawRecord();
  private readonly world: LawWorld;

  constructor(
    private readonly seed: number,
    private readonly size: LawSize,
    private readonly workshop: Site,
  ) {
    const random = new Random(seed);
    const time = new LawTime(random, seed);
    const traffic = new LawTraffic(random, time, workshop);
    this.random = random;
    this.world = { random, time, traffic, record: this.record, pushes: [], files: new Map() };
  }

  async run(): Promise<SeedOutcome> {
    const startedMs = performance.now();
    await this.begin();
    // What is broken once only gets worse.
    for (let life = 0; this.record.kills < this.size.kills && this.isWell(); life++)
      await this.live(ENDS[life % ENDS.length]!);
    const settled = this.isWell() ? await this.settle() : NOTHING_SETTLED;
    const history: LawHistory = this.isWell() ? await lawHistory(dataDirOf(this.workshop)) : new Map();
    const oracle = oracleDifferences(history, this.record, this.random);
    const sent = sentDifferences(history, this.world.traffic.rowOf);
    const differences = [
      ...settled.byRecord,
      ...settled.timed.differences,
      ...settled.brief.differences,
      ...sent,
    ];
    return {
      seed: this.seed,
      seconds: (performance.now() - startedMs) / 1000,
      answers: this.record.answers.length,
      values: this.record.answers.reduce((sum, { values }) => sum + values.length, 0),
      differences: differences.length,
      oracleValues: oracle.values,
      oracleDifferences: oracle.differences.length,
      examples: [...this.record.problems, ...differences, ...oracle.differences].slice(0, 6),
      counts: { ...this.counts(), ...settledCounts(settled), 'rows of history compared': rowsIn(history) },
    };
  }

  private isWell(): boolean {
    return this.record.problems.length === 0;
  }

  private spawn(): LawService {
    const { folder, file } = this.workshop;
    return LawService.spawn({
      file,
      dataDir: dataDirOf(this.workshop),
      root: folder,
      nowUs: this.world.time.nowUs,
    });
  }

  private async begin(): Promise<void> {
    const service = this.spawn();
    await service.ready();
    await new ProjectApi(service.baseUrl, LAW_PROJECT).apply(lawDocuments());
    await service.stop();
  }

  /** One life of the service. Its lookups go on to its share of all answers. */
  private async live(end: End): Promise<void> {
    const service = this.spawn();
    if (end === 'start') {
      setTimeout(() => this.kill(service, null), this.random.whole(50, 1_500));
      if (await service.ready()) await service.ended;
      return;
    }
    await service.ready();
    const life = new LawLife(service, this.world);
    const { answers, kills } = this.size;
    const running = life.run((answers * (this.record.kills + 1)) / (kills + 1));
    await this.untilEnd(end, life);
    if (end === 'stop') {
      life.end();
      await running;
      await service.stop();
      this.record.stops++;
      return;
    }
    this.kill(service, life);
    await Promise.all([running, service.ended]);
  }

  /** Waits for the moment of the end: any, or one while something special is under way. */
  private async untilEnd(end: End, life: LawLife): Promise<void> {
    const { random } = this;
    await sleep(random.whole(50, 600));
    const special = {
      load: () => life.load(2_000),
      priming: () => life.activate(),
      rebuild: () => life.rebuild(),
    };
    if (end === 'load' || end === 'priming' || end === 'rebuild') {
      void special[end]();
      await sleep(random.whole(5, end === 'priming' ? 600 : 200));
    }
    if (end === 'stop') await life.activate();
  }

  private kill(service: LawService, life: LawLife | null): void {
    this.record.killedDuring(life?.work ?? ['start']);
    life?.end();
    service.kill();
  }

  /** The answers that are missing yet, and then all of them once more, as they were served. */
  private async settle(): Promise<Settled> {
    const service = this.spawn();
    await service.ready();
    try {
      const life = new LawLife(service, this.world);
      const running = life.run(0);
      await life.lookUpUntil(this.size.answers);
      life.end();
      await running;
      if (!this.isWell()) return NOTHING_SETTLED;
      // No answer's T lies in the future of what is retrieved.
      await service.setClock(this.record.latestUs + 60_000_000n);
      return {
        byRecord: await lawDifferences(life.api, this.record),
        timed: await timedDifferences(life.api, this.record, this.world),
        brief: await briefDifferences(life.api, this.record, this.world),
      };
    } finally {
      await service.stop();
    }
  }

  private counts(): Readonly<Record<string, number>> {
    const { record, world } = this;
    const during = [...record.killed].map(([kind, count]) => [`kills during ${kind}`, count] as const);
    return {
      kills: record.kills,
      ...Object.fromEntries(during),
      stops: record.stops,
      versions: record.variants.size,
      'steps back': world.time.stepsBack.length,
      deactivations: record.deactivations,
      'activations again': record.reactivations,
      rows: world.traffic.sent,
      late: world.traffic.late,
      duplicates: world.traffic.duplicates,
      ...Object.fromEntries(
        [...world.time.edges.counts].map(([kind, count]) => [`rows at ${kind} edges`, count]),
      ),
      ...Object.fromEntries(
        [...world.traffic.zones.counts].map(([kind, count]) => [`${kind} local times`, count]),
      ),
      'answers at edges': record.edgeAnswers,
      'answers of inactive sets': record.inactiveAnswers,
      'values present': record.presentValues,
      'refused pushes': record.refused,
    };
  }
}

/** What replays of a seed's answers found. */
type Settled = {
  readonly byRecord: readonly string[];
  readonly timed: TimedFindings;
  readonly brief: BriefFindings;
};

const NOTHING_SETTLED: Settled = {
  byRecord: [],
  timed: { answers: 0, unclaimed: 0, differences: [] },
  brief: { answers: 0, refused: 0, differences: [] },
};

function settledCounts({ timed, brief }: Settled): Readonly<Record<string, number>> {
  return {
    'answers by T alone': timed.answers,
    'values by T not claimed': timed.unclaimed,
    'answers of a source that keeps hours': brief.answers,
    'answers before its horizon refused': brief.refused,
  };
}

function rowsIn(history: LawHistory): number {
  return [...history.values()].reduce((sum, rows) => sum + rows.length, 0);
}
