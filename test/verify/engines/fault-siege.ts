import { setTimeout as sleep } from 'node:timers/promises';
import { historyOf } from '../rows/history-file.js';
import { Random } from '../rows/random.js';
import { type LookupJson, replay, replayDifferences } from '../rows/served-replay.js';
import { audit, type Findings } from './fault-audit.js';
import { FaultClients, stampsOf } from './fault-clients.js';
import {
  faultDocuments,
  HISTORY_COLUMNS,
  type LoggedRow,
  SOURCE,
  THING_ALIASES,
  THING_SERVICE,
  THINGS,
} from './fault-documents.js';
import { FaultLedger } from './fault-ledger.js';
import { type Recovered, Recovery } from './fault-recovery.js';
import { FaultSite } from './fault-site.js';
import { FaultTopic } from './fault-topic.js';
import { FaultTraffic } from './fault-traffic.js';
import { BEGIN, type FaultName } from './faults.js';

/** How long everything may take to come back by itself. */
export const RECOVERY_MS = 30_000;

/** What a request may take that nobody disturbs any more, on a busy machine. */
const CALM_MS = 60_000;

/** When everything must go well for the first time: that a machine is busy is no fault. */
const WARM_MS = 120_000;

const POLL_MS = 20;

const TOPIC = 'faults-stream';

/** What became of one round. */
export type Round = {
  readonly seed: number;
  readonly recovered: Recovered | null;
  readonly answers: number;
  readonly rows: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
};

/** An installation on real servers, to which one fault is done again and again. */
export class FaultSiege {
  private readonly ledger = new FaultLedger();
  private readonly random: Random;
  private readonly recovery = new Recovery();
  private readonly clients: FaultClients;
  private rowsBefore = 0;

  private constructor(
    private readonly fault: FaultName,
    private readonly site: FaultSite,
    private readonly topic: FaultTopic,
    seed: number,
  ) {
    const { ledger, recovery } = this;
    this.random = new Random(seed);
    const traffic = new FaultTraffic(this.random);
    this.clients = new FaultClients({ site, ledger, topic, recovery, traffic, random: this.random });
  }

  /** Servers of its own, and the definitions. */
  static async open(fault: FaultName, seed: number): Promise<FaultSiege> {
    const site = await FaultSite.open();
    const topic = new FaultTopic(site.kafka, TOPIC);
    await topic.create();
    const siege = new FaultSiege(fault, site, topic, seed);
    await site.start();
    await siege.clients.api(CALM_MS).apply(faultDocuments(TOPIC));
    await site.stop();
    return siege;
  }

  /** Starts the service, does the fault while everything goes on, and audits what is there when the service has ended. */
  async round(seed: number): Promise<Round> {
    const { ledger, site, clients } = this;
    ledger.answers = [];
    ledger.counts.clear();
    await site.start();
    clients.begin();
    const recovered = await this.endure();
    await clients.end();
    if (recovered !== null) await this.settle();
    if (site.crash !== null) ledger.complain(site.crash);
    const rows = ledger.lastSequence + 1 - this.rowsBefore;
    this.rowsBefore = ledger.lastSequence + 1;
    return {
      ...{ seed, recovered, rows, answers: ledger.answers.length },
      counts: Object.fromEntries(ledger.counts),
      problems: ledger.problems,
    };
  }

  async close(): Promise<void> {
    await this.clients.end();
    await this.topic.close();
    await this.site.close();
  }

  /** Null where something did not come back. */
  private async endure(): Promise<Recovered | null> {
    const { recovery, site, clients, random } = this;
    recovery.begin();
    if ((await this.untilGood('before the fault', WARM_MS)) === null) return null;
    await sleep(random.whole(0, 400));
    const harm = await BEGIN[this.fault]({ site, clients, random });
    await sleep(harm.lastsMs);
    await harm.end();
    recovery.begin();
    await clients.started();
    const recovered = await this.untilGood('after the fault', RECOVERY_MS);
    await harm.restore();
    return recovered;
  }

  private async untilGood(when: string, withinMs: number): Promise<Recovered | null> {
    for (const untilMs = performance.now() + withinMs; performance.now() < untilMs; await sleep(POLL_MS)) {
      const { recovered } = this.recovery;
      if (recovered !== null) return recovered;
      if (this.site.crash !== null) return null;
    }
    const missing = this.recovery.missing.map((kind) => `${kind} (${this.ledger.lastErrors.get(kind)})`);
    this.ledger.complain(`no good answer in ${withinMs / 1_000} s ${when} of ${missing.join(', ')}`);
    if (this.site.wrote !== '') this.ledger.complain(`the service wrote: ${this.site.wrote}`);
    return null;
  }

  /** Everything is acknowledged, read, looked up and replayed; the service ends; and history has it all. */
  private async settle(): Promise<void> {
    const { ledger, clients } = this;
    await this.untilRead();
    await clients.finish(CALM_MS);
    const api = clients.api(CALM_MS);
    const things = await this.eventually('a lookup of all things', () =>
      api.post<LookupJson>('online/lookup', {
        featureService: THING_SERVICE,
        entities: Array.from({ length: THINGS }, (_, k) => ({ k })),
        minSequence: { [SOURCE]: ledger.lastSequence },
      }),
    );
    const service = {
      name: THING_SERVICE,
      keyColumns: [{ name: 'k', type: 'INT64' }],
      aliases: THING_ALIASES,
    } as const;
    const { lines } = await replay(api, service, ledger.answers, { version: 1, by: 'record' });
    for (const difference of replayDifferences(ledger.features, ledger.answers, lines))
      ledger.complain(difference);
    const quarantine = await quarantinedIn(api);
    const stamps = await stampsOf(api);
    const ended = await this.site.stop();
    if (ended !== 'SIGTERM' && ended !== 0) ledger.complain(`the service ended with ${ended}`);
    const history = await historyOf<LoggedRow>(this.site.dataDir, SOURCE, HISTORY_COLUMNS);
    audit(ledger, { history, quarantine, stamps, things, messages: await this.messages() });
  }

  /** Every message of the topic was taken. */
  private async untilRead(): Promise<void> {
    const ends = await this.topic.ends();
    await this.eventually('the stream to have read everything', async () => {
      const { partitions } = await this.clients.api(CALM_MS).get<StreamJson>(`sources/${SOURCE}/stream`);
      const isRead = partitions.every(({ partition, position }) => position === ends.get(partition));
      if (!isRead) throw new Error('not yet');
    });
  }

  private async messages(): Promise<number> {
    return [...(await this.topic.ends()).values()].reduce((sum, end) => sum + end, 0);
  }

  private async eventually<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (const untilMs = performance.now() + CALM_MS; ; await sleep(POLL_MS)) {
      try {
        return await work();
      } catch (error) {
        if (performance.now() > untilMs) throw new Error(`waited for ${what} in vain`, { cause: error });
      }
    }
  }
}

type StreamJson = {
  readonly partitions: readonly { readonly partition: number; readonly position: number }[];
};

/** `v` of every row that waits. */
async function quarantinedIn(api: ReturnType<FaultClients['api']>): Promise<Findings['quarantine']> {
  const found: number[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page: {
      readonly items: readonly { readonly row: { readonly v: number } }[];
      readonly next: number | null;
    } = await api.get(`sources/${SOURCE}/quarantine?state=waiting&limit=1000&after=${after}`);
    found.push(...page.items.map(({ row }) => row.v));
    after = page.next;
  }
  return found;
}
