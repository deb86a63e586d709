import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningService } from '../../../demo/service.js';
import type { Check, Outcome } from '../check.js';
import type { Workshop } from './doors.js';
import { Audit, type LoggedRow, readHistory, readQuarantine, type WaitingRow } from './kill-audit.js';
import { COLUMNS, Ledger, SOURCES, type SourceName } from './kill-ledger.js';
import { auditOnline, type EntityAnswer, killDocuments, lookupRows, lookupThings } from './kill-online.js';
import { PROJECT, Sender } from './kill-sender.js';
import { Traffic } from './kill-traffic.js';
import { ProjectApi } from './project-api.js';
import { Random } from './random.js';
import { dataDirOf, startIn, withWorkshop } from './work-folder.js';

const KILLS = 100;
const SEED = 20_131_104;

/** Of so many kills one comes while the service starts, and one while a large load is compacted in the background. */
const START_EVERY = 10;
const COMPACTION_EVERY = 16;

/** More than history takes in before it is compacted; it waits until the source was quiet between two looks, 2 s apart. */
const COMPACTED_ROWS = 130_000;

/** Real time by which rows that wait for theirs are certainly taken: they are looked for every 200 ms. */
const HELD_MARGIN_MS = 2_000;

/** The real service killed at random moments of its work, and in the end every row where it must be, once. */
export const kills: Check = {
  name: 'kills',
  bar: `${KILLS} kills: nothing acknowledged is missing, nothing is there twice, online equals a rebuild, quarantine is complete`,
  defect: {
    file: 'src/ingest/adapter/embedded-log.js',
    find: 'await this.segments.append(',
    replace:
      'for (const each of group) each.resolve(each.logged); await new Promise((resolve) => setTimeout(resolve, 30)); await this.segments.append(',
  },
  run: () => withWorkshop((workshop) => new Siege(workshop).run()),
};

class Siege {
  private readonly ledger = new Ledger();
  private readonly random = new Random(SEED);
  private readonly traffic: Traffic;
  private kills = 0;

  constructor(private readonly workshop: Workshop) {
    this.traffic = new Traffic(this.random, workshop);
  }

  async run(): Promise<Outcome> {
    const service = await startIn(this.workshop);
    await new ProjectApi(service.baseUrl, PROJECT).apply(documents());
    await service.stop();
    // What is broken once only gets worse.
    while (this.kills < KILLS && this.ledger.problems.length === 0) await this.live();
    if (this.ledger.problems.length === 0) await this.settle();
    return this.outcome();
  }

  /** One life of the service, ended by a kill. */
  private async live(): Promise<void> {
    this.kills++;
    const kill = new AbortController();
    if (this.kills % START_EVERY === 0) return this.killedAtStart(kill);
    const service = await startIn(this.workshop, { kill: kill.signal });
    const { ledger, traffic, random } = this;
    const sender = new Sender(service.baseUrl, { ledger, traffic, random, kill: kill.signal });
    if (this.kills % COMPACTION_EVERY === 0) {
      await sender.loadMuch(COMPACTED_ROWS);
      await sleep(this.random.whole(1_900, 4_500));
      kill.abort();
    } else {
      setTimeout(() => kill.abort(), this.random.whole(20, 1_200));
      await sender.work();
    }
    // A sender that gave up for another reason.
    kill.abort();
    await service.ended;
  }

  private async killedAtStart(kill: AbortController): Promise<void> {
    setTimeout(() => kill.abort(), this.random.whole(100, 1_500));
    const service = await startIn(this.workshop, { kill: kill.signal }).catch((error: unknown) => {
      if (!kill.signal.aborted) this.ledger.complain(`a start failed: ${String(error)}`);
      return null;
    });
    await service?.ended;
  }

  /** Sends what is left, and compares everything. */
  private async settle(): Promise<void> {
    const quarantine = new Map<SourceName, readonly WaitingRow[]>();
    await this.withService(async ({ baseUrl }) => {
      const { ledger, traffic, random } = this;
      const kill = new AbortController().signal;
      await new Sender(baseUrl, { ledger, traffic, random, kill }).finish();
      await sleep(Math.max(0, Number(this.traffic.latestUs / 1_000n) - Date.now()) + HELD_MARGIN_MS);
      for (const source of SOURCES)
        quarantine.set(source, await readQuarantine(new ProjectApi(baseUrl, PROJECT), source));
    });
    const history = new Map<SourceName, readonly LoggedRow[]>();
    for (const source of SOURCES) history.set(source, await readHistory(dataDirOf(this.workshop), source));
    new Audit(
      this.ledger,
      (source) => history.get(source)!,
      (source) => quarantine.get(source)!,
    ).run();
    await this.withService(async ({ baseUrl }) => {
      for (const [source, rows] of history)
        await this.auditState(new ProjectApi(baseUrl, PROJECT), source, rows);
    });
  }

  /** Online state as it came through the kills, against history and against a rebuild. */
  private async auditState(
    api: ProjectApi,
    source: SourceName,
    history: readonly LoggedRow[],
  ): Promise<void> {
    const before = await stateOf(api, source, history);
    auditOnline(this.ledger, before, history);
    await api.runJob(`sources/${source}/rebuild`);
    const after = await stateOf(api, source, history);
    if (JSON.stringify(before) !== JSON.stringify(after))
      this.ledger.complain(`the online state of ${source} was another one before its rebuild`);
  }

  private async withService(work: (service: RunningService) => Promise<void>): Promise<void> {
    const service = await startIn(this.workshop);
    try {
      await work(service);
    } finally {
      await service.stop();
    }
  }

  private outcome(): Outcome {
    const { pushes, loads, problems } = this.ledger;
    const acknowledged = pushes.filter(({ receipt }) => receipt !== null).length;
    const rows = [...pushes, ...loads].reduce((sum, delivery) => sum + delivery.rows.length, 0);
    const figure = `${this.kills} kills, ${pushes.length} pushes (${acknowledged} acknowledged), ${loads.length} loads, ${rows} rows; ${problems.length} problems`;
    return { ok: problems.length === 0, figure: [figure, ...problems.slice(0, 5)].join(' | ') };
  }
}

function documents(): readonly unknown[] {
  const common = {
    kind: 'Source',
    columns: COLUMNS,
    eventTime: 'at',
    createdTime: 'created',
    orderColumn: 'n',
  };
  return [
    { ...common, name: 'plain' },
    { ...common, name: 'events', eventId: 'id', future: 'hold' },
    ...killDocuments(),
  ];
}

async function stateOf(
  api: ProjectApi,
  source: SourceName,
  history: readonly LoggedRow[],
): Promise<{ readonly rows: readonly EntityAnswer[]; readonly things: readonly EntityAnswer[] }> {
  const ids = history.map(({ id }) => id);
  return { rows: await lookupRows(api, source, ids), things: await lookupThings(api, source) };
}
