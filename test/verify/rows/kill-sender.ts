import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from './doors.js';
import { inParallel } from './in-parallel.js';
import {
  isWrong,
  type Ledger,
  type LoadEntry,
  type PushEntry,
  rightRows,
  SOURCES,
  THINGS,
} from './kill-ledger.js';
import { lookupRows } from './kill-online.js';
import type { Traffic } from './kill-traffic.js';
import { type JobAnswer, ProjectApi, Refused } from './project-api.js';
import type { Random } from './random.js';

const PUSHERS = 4;

/** Pushes of the end of a life that are looked for in the next one; every one is in the end. */
const RECENT_PUSHES = 300;

export const PROJECT = 'kills';

/** One life of the service, as those see it who send to it. Requests that the kill cuts are noted as unanswered. */
export class Sender {
  private readonly api: ProjectApi;

  constructor(
    baseUrl: string,
    private readonly parts: {
      readonly ledger: Ledger;
      readonly traffic: Traffic;
      readonly random: Random;
      /** Aborted when the service is killed. */
      readonly kill: AbortSignal;
    },
  ) {
    this.api = new ProjectApi(baseUrl, PROJECT);
  }

  /** What was acknowledged last is there; what was not is sent again; and then pushes, loads and rebuilds, until the kill. */
  async work(): Promise<void> {
    await this.untilKilled(async () => {
      await this.requireRecent();
      const left = this.finish();
      const pushers = Array.from({ length: PUSHERS }, () => this.repeat(() => this.pushSome()));
      await Promise.all([left, ...pushers, this.repeat(() => this.operate())]);
    });
  }

  /** A load that is large enough to be compacted when the source falls quiet; and quiet until the kill. */
  async loadMuch(rowCount: number): Promise<void> {
    await this.untilKilled(async () => {
      await this.finish();
      await this.load(await this.parts.traffic.file(rowCount));
    });
  }

  /** Sends again what may be and was not acknowledged, and waits for every load. */
  async finish(): Promise<void> {
    const loads = this.parts.ledger.loads.filter(({ isDone }) => !isDone);
    await inParallel(this.parts.ledger.unanswered(), PUSHERS, (push) => this.push(push));
    for (const load of loads) await this.load(load);
  }

  private async untilKilled(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.parts.kill.aborted && !(error instanceof Refused)) return;
      const reason = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
      this.parts.ledger.complain(`without a kill: ${reason}`);
    }
  }

  private async repeat(work: () => Promise<void>): Promise<void> {
    while (!this.parts.kill.aborted) await work();
  }

  private async pushSome(): Promise<void> {
    const { ledger, random, traffic } = this.parts;
    const answered = random.chance(0.05) ? random.pick(ledger.pushes) : undefined;
    if (answered !== undefined && answered.key !== null && answered.receipt !== null) {
      await this.push(answered);
      return;
    }
    const push = traffic.push();
    ledger.pushes.push(push);
    await this.push(push);
  }

  /** Sends a push, for the first time or again; the answer of the first time must come again. */
  private async push(push: PushEntry): Promise<void> {
    const { source, query, type, body, key, isRefused, receipt } = push;
    try {
      const headers = key === null ? {} : { 'idempotency-key': key };
      const { bytes } = await this.api.send('POST', `sources/${source}/rows${query}`, {
        type,
        body,
        headers,
      });
      const got = JSON.parse(bytes.toString()) as Receipt;
      push.receipt = got;
      if (isRefused) this.parts.ledger.complain(`a push with a wrong row was taken: ${JSON.stringify(got)}`);
      if (receipt !== null && JSON.stringify(receipt) !== JSON.stringify(got))
        this.parts.ledger.complain(
          `${key} was answered ${JSON.stringify(receipt)}, then ${JSON.stringify(got)}`,
        );
    } catch (error) {
      if (!isRefused || !(error instanceof Refused) || error.code !== 'INVALID_ROW') throw error;
    }
  }

  private async operate(): Promise<void> {
    const { random, traffic } = this.parts;
    const choice = random.next();
    if (choice < 0.5) await this.load(await traffic.file(random.whole(500, 6_000)));
    else if (choice < 0.75) await this.api.runJob(`sources/${random.pick(SOURCES)}/rebuild`);
    else await this.retrieve();
  }

  /** Loads a file until a load of it has succeeded; a job that lived through several kills has failed by then. */
  private async load(load: LoadEntry): Promise<void> {
    const { ledger } = this.parts;
    if (!ledger.loads.includes(load)) ledger.loads.push(load);
    load.jobId ??= (await this.api.post<JobAnswer>(`sources/${load.source}/loads`, { path: load.path })).id;
    for (;;) {
      const { state, error } = await this.api.ended(load.jobId);
      load.isDone = state === 'succeeded';
      if (load.isDone) return;
      if (error?.code !== 'UNAVAILABLE') throw new Error(`load ${state}: ${error?.code} ${error?.message}`);
      await this.api.post(`jobs/${load.jobId}/retry`);
    }
  }

  private async retrieve(): Promise<void> {
    const time = new Date().toISOString();
    const rows = Array.from({ length: THINGS }, (_, k) => ({ k, event_timestamp: time }));
    await this.api.post(`retrievals?featureService=${this.parts.random.pick(SOURCES)}_thing`, { rows });
    await sleep(20);
  }

  private async requireRecent(): Promise<void> {
    const { ledger } = this.parts;
    for (const source of SOURCES) {
      const recent = ledger.pushes.slice(-RECENT_PUSHES).filter((push) => push.source === source);
      const ids = recent
        .filter(isAllLogged)
        .flatMap(({ rows }) => rightRows(rows).map(({ id }) => id as string));
      const answers = await lookupRows(this.api, source, ids);
      answers.forEach(({ statuses }, i) => {
        if (statuses[0] === 'NOT_FOUND')
          ledger.complain(`acknowledged row ${ids[i]} of ${source} is not found`);
      });
    }
  }
}

/** Acknowledged, and no right row of it waits or had its event's name taken. */
function isAllLogged({ rows, receipt }: PushEntry): boolean {
  if (receipt === null) return false;
  return receipt.held === 0 && receipt.quarantined === rows.filter(isWrong).length;
}
