import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../rows/doors.js';
import { ProjectApi, Refused } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import { jsonRow } from '../rows/row-text.js';
import type { LookupJson } from '../rows/served-replay.js';
import {
  COLUMNS,
  FAULT_PROJECT,
  ROW_SERVICE,
  SOURCE,
  STAMPED,
  stampedDocument,
  THING_ALIASES,
  THING_SERVICE,
  THINGS,
} from './fault-documents.js';
import type { FaultLedger, SentPush } from './fault-ledger.js';
import type { Kind, Recovery } from './fault-recovery.js';
import type { FaultSite } from './fault-site.js';
import type { FaultTopic } from './fault-topic.js';
import { bodyOf, type FaultTraffic } from './fault-traffic.js';

/** A client that waits no longer sends again. */
const DEADLINE_MS = 10_000;

/** Stated beside the figures. */
export const CLIENT_RETRIES = `clients: requests ${DEADLINE_MS / 1_000} s, pushes again with their keys after 20 ms or more`;

const PUSHERS = 2;
const LOOKERS = 2;

type ClientParts = {
  readonly site: FaultSite;
  readonly ledger: FaultLedger;
  readonly traffic: FaultTraffic;
  readonly random: Random;
  readonly recovery: Recovery;
  readonly topic: FaultTopic;
};

/** Everything that goes on while a fault comes: pushes, lookups, messages of a topic, definitions, retrievals. */
export class FaultClients {
  private isOver = false;
  private running: Promise<unknown> = Promise.resolve();
  private start: Promise<void> = Promise.resolve();
  private stamps = 0;

  constructor(private readonly parts: ClientParts) {}

  /** Begins to send. */
  begin(): void {
    this.isOver = false;
    this.running = Promise.all([
      ...Array.from({ length: PUSHERS }, () => this.repeat('push', [5, 30], () => this.pushSome())),
      ...Array.from({ length: LOOKERS }, () => this.repeat('lookup', [2, 15], () => this.lookUp())),
      this.repeat('stream', [5, 40], () => this.stream()),
      this.repeat('registry', [200, 600], () => this.stamp()),
      this.repeat('retrieval', [100, 300], () => this.retrieve()),
    ]);
  }

  /** Nothing is begun any more; resolves when nothing is under way. */
  async end(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  /** The service is being started. */
  starting(start: Promise<void>): void {
    this.start = start;
  }

  /** Resolves when a service that was being started is there. */
  started(): Promise<void> {
    return this.start;
  }

  /** A push of many rows; resolves when it is answered, or never will be. */
  async pushMuch(rowCount: number): Promise<void> {
    const push = { ...this.parts.traffic.push(rowCount), key: `much-${rowCount}-${performance.now()}` };
    this.parts.ledger.pushes.push(push);
    await this.tried('push', () => this.push(push));
  }

  /** Sends again what may be and was not acknowledged, until it is, and one row behind all others; throws where that takes too long. */
  async finish(deadlineMs: number): Promise<void> {
    const last = { ...this.parts.traffic.push(1), key: `last-${performance.now()}` };
    this.parts.ledger.pushes.push(last);
    const untilMs = performance.now() + deadlineMs;
    for (;;) {
      const left = this.parts.ledger.unanswered();
      if (left.length === 0) return;
      if (performance.now() > untilMs) throw new Error(`${left.length} pushes are never acknowledged`);
      for (const push of left) await this.tried('push', () => this.push(push));
    }
  }

  api(deadlineMs = DEADLINE_MS): ProjectApi {
    const { baseUrl } = this.parts.site;
    if (baseUrl === null) throw new Error('the service does not run');
    return new ProjectApi(baseUrl, FAULT_PROJECT, deadlineMs);
  }

  /** Asks about things, and about what is known to be there where `knows` is a sequence. */
  async askThings(things: readonly bigint[], knows: number | null): Promise<void> {
    const { ledger } = this.parts;
    const due = things.map((k) => ledger.knownOf(k).sequence);
    const answer = await this.api().post<LookupJson>('online/lookup', {
      featureService: THING_SERVICE,
      entities: things.map((k) => ({ k: Number(k) })),
      ...(knows !== null && { minSequence: { [SOURCE]: knows } }),
    });
    ledger.features = answer.features;
    things.forEach((k, i) => {
      const sequences = answer.sequences[i]!;
      ledger.answers.push({
        ...{ version: 1, keys: { k }, asOf: answer.asOf, sequences },
        ...answer.results[i]!,
      });
      for (const alias of knows === null ? [] : THING_ALIASES)
        if ((sequences[alias] ?? -1) < due[i]!)
          ledger.complain(`${alias} of ${k} knew ${sequences[alias]}, asked for ${due[i]} by minSequence`);
    });
  }

  private async repeat(
    kind: Kind,
    pauseMs: readonly [number, number],
    work: () => Promise<void>,
  ): Promise<void> {
    while (!this.isOver) {
      const begunMs = performance.now();
      if (await this.tried(kind, work)) this.parts.recovery.answered(kind, begunMs);
      await sleep(this.parts.random.whole(...pauseMs));
    }
  }

  /** Whether it went well. What is refused must be so because something cannot be reached now. */
  private async tried(kind: Kind, work: () => Promise<void>): Promise<boolean> {
    const { ledger, site } = this.parts;
    if (site.baseUrl === null) return false;
    try {
      await work();
      ledger.count(`${kind}: good`);
      return true;
    } catch (error) {
      const isRefused = error instanceof Refused;
      ledger.count(`${kind}: ${isRefused ? error.code : 'no answer'}`);
      ledger.lastErrors.set(kind, error instanceof Error ? error.message : String(error));
      if (isRefused && error.code !== 'UNAVAILABLE') ledger.complain(error.message);
      return false;
    }
  }

  private async pushSome(): Promise<void> {
    const { ledger, random, traffic } = this.parts;
    const left = ledger.unanswered();
    if (left.length > 0 && random.chance(0.3)) return this.push(random.pick(left));
    const push = traffic.push();
    ledger.pushes.push(push);
    await this.push(push);
  }

  private async push(push: SentPush & { readonly query?: string }): Promise<void> {
    const { query = '?invalid=quarantine', key } = push;
    const headers = key === null ? {} : { 'idempotency-key': key };
    const sent = { ...bodyOf(push), headers };
    const { bytes } = await this.api().send('POST', `sources/${SOURCE}/rows${query}`, sent);
    this.parts.ledger.acknowledged(push, JSON.parse(bytes.toString()) as Receipt);
  }

  private async lookUp(): Promise<void> {
    const { ledger, random, traffic } = this.parts;
    const knows = random.chance(0.5) && ledger.lastSequence >= 0 ? ledger.lastSequence : null;
    await this.askThings(traffic.things(), knows);
  }

  /** Some messages; they are there once the last of each partition can be looked up. */
  private async stream(): Promise<void> {
    const { ledger, random, topic, traffic } = this.parts;
    const rows = Array.from({ length: random.whole(1, 5) }, () => traffic.row());
    const sent = rows.map((what) => ({ what, isAcknowledged: false }));
    ledger.messages.push(...sent);
    await topic.send(rows.map((row) => jsonRow(COLUMNS, row)));
    for (const each of sent) each.isAcknowledged = true;
    const entities = rows.map(({ id }) => ({ id }));
    for (const untilMs = performance.now() + DEADLINE_MS; performance.now() < untilMs; await sleep(10)) {
      const body = { featureService: ROW_SERVICE, entities };
      const { results } = await this.api().post<LookupJson>('online/lookup', body);
      if (results.every(({ statuses }) => statuses[0] === 'PRESENT')) return;
    }
    throw new Error('messages are not there yet');
  }

  private async stamp(): Promise<void> {
    const stamp = { what: `stamp_${this.stamps++}`, isAcknowledged: false };
    this.parts.ledger.stamps.push(stamp);
    await this.api().apply([stampedDocument(stamp.what)]);
    stamp.isAcknowledged = true;
  }

  /** History has every row that was acknowledged before (S19). */
  private async retrieve(): Promise<void> {
    const { ledger } = this.parts;
    const things = Array.from({ length: THINGS }, (_, k) => BigInt(k));
    const due = things.map((k) => ledger.knownOf(k).rows);
    const at = new Date().toISOString();
    const rows = things.map((k) => ({ k: Number(k), event_timestamp: at }));
    const answer = await this.api().post<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>(
      `retrievals?featureService=${THING_SERVICE}`,
      { rows },
    );
    things.forEach((k, i) => {
      const n = Number(answer.rows[i]!['counted__n']);
      if (!(n >= due[i]!))
        ledger.complain(`history has ${n} rows of ${k}, acknowledged before were ${due[i]}`);
    });
  }
}

/** The registry's versions of what is stamped, in their order. */
export async function stampsOf(api: ProjectApi): Promise<readonly string[]> {
  const path = `feature-services/${STAMPED}`;
  const { items } = await api.get<{ readonly items: readonly { readonly version: number }[] }>(
    `${path}/versions`,
  );
  const documents = items.map(({ version }) => api.get<StampedJson>(`${path}?version=${version}`));
  return (await Promise.all(documents)).map(({ document }) => document.entries[0]!.alias);
}

type StampedJson = { readonly document: { readonly entries: readonly { readonly alias: string }[] } };
