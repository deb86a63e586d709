import { setTimeout as sleep } from 'node:timers/promises';
import { type JobAnswer, ProjectApi, Refused } from '../rows/project-api.js';
import type { Random } from '../rows/random.js';
import { type Column, jsonRow, type SentRow } from '../rows/row-text.js';
import type { LookupJson } from '../rows/served-replay.js';
import {
  LAW_BRIEF,
  LAW_KEYS,
  LAW_SERVICE,
  LAW_SOURCES,
  VARIANTS,
  variantDocuments,
} from './law-documents.js';
import type { KilledWork, LawRecord } from './law-record.js';
import type { LawService } from './law-service.js';
import type { LawTime } from './law-time.js';
import { type LawFile, type LawPush, type LawTraffic, THINGS } from './law-traffic.js';

export const LAW_PROJECT = 'law';

const PUSHERS = 2;
const LOOKERS = 2;

/** Lookups for each push at most. */
const LOOKUPS_A_PUSH = 2;

/** Entities of one lookup at most. */
const MAX_ENTITIES = 16;

/** Pushes that may be sent again. */
const RECENT_PUSHES = 30;

/** What a seed has of one kind for all its lives. */
export type LawWorld = {
  readonly random: Random;
  readonly time: LawTime;
  readonly traffic: LawTraffic;
  readonly record: LawRecord;
  /** Pushes with a key, which are sent again. */
  readonly pushes: LawPush[];
  /** Files whose load has not ended yet. */
  readonly files: Map<string, LawFile>;
};

/** One life of the service: whatever may be asked of it, at once, until its end. */
export class LawLife {
  readonly api: ProjectApi;
  /** What is under way now. */
  readonly work: KilledWork[] = [];
  /** How often the clock was about to be moved, or had been. */
  private clockMoves = 0;
  private pushed = 0;
  private lookedUp = 0;
  private isOver = false;

  constructor(
    private readonly service: LawService,
    private readonly world: LawWorld,
  ) {
    this.api = new ProjectApi(service.baseUrl, LAW_PROJECT);
  }

  /** Looks up until the record has so many answers, and does everything else until {@link end} is called. */
  async run(answers: number): Promise<void> {
    await this.learnVersions();
    await Promise.all([
      ...Array.from({ length: PUSHERS }, () => this.repeat(() => this.push())),
      this.repeat(() => this.operate()),
      this.lookUpUntil(answers),
    ]);
  }

  /** Looks up until the record has so many answers. */
  async lookUpUntil(answers: number): Promise<void> {
    const { record } = this.world;
    const enough = (): boolean => record.answers.length >= answers;
    await Promise.all(
      Array.from({ length: LOOKERS }, (_, i) => this.repeat(() => this.lookUp(i === 0), enough)),
    );
  }

  private async repeat(each: () => Promise<void>, enough = (): boolean => false): Promise<void> {
    while (!this.isOver && !enough()) await each();
  }

  /** Nothing is begun any more. */
  end(): void {
    this.isOver = true;
  }

  /** A kill cuts whatever is under way; anything else that fails is a problem. */
  private async tried(kind: KilledWork, work: () => Promise<void>): Promise<void> {
    if (this.isOver) return;
    this.work.push(kind);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused) && this.service.isKilled) return;
      this.world.record.complain(`${kind}: ${String(error)} ${String((error as Error).cause ?? '')}`);
      this.isOver = true;
    } finally {
      this.work.splice(this.work.indexOf(kind), 1);
    }
  }

  private async learnVersions(): Promise<void> {
    const { variants } = this.world.record;
    await this.tried('lookup', async () => {
      const path = `feature-services/${LAW_SERVICE}`;
      const { items } = await this.api.get<{ readonly items: readonly { readonly version: number }[] }>(
        `${path}/versions`,
      );
      for (const { version } of items) {
        if (variants.has(version)) continue;
        const { document } = await this.api.get<{ readonly document: { readonly description: string } }>(
          `${path}?version=${version}`,
        );
        variants.set(version, Number(document.description.split(' ')[1]));
      }
    });
  }

  private async lookUp(movesClock: boolean): Promise<void> {
    if (movesClock) {
      this.clockMoves++;
      await this.service.setClock(this.world.time.step());
      this.clockMoves++;
    }
    const { random } = this.world;
    // However slow the machine is, there is something new to look up.
    while (!this.isOver && this.lookedUp > LOOKUPS_A_PUSH * (this.pushed + 1)) await sleep(1);
    this.lookedUp++;
    await this.tried('lookup', () => (random.chance(BRIEF_SHARE) ? this.lookUpBrief() : this.lookUpLaw()));
  }

  private async lookUpLaw(): Promise<void> {
    const { record } = this.world;
    const version = this.askedVersion();
    const entities = this.entities();
    try {
      const { answer, isSteady } = await this.ask(LAW_SERVICE, LAW_KEYS, version, entities);
      record.answered({ version, entities, isSteady }, answer);
    } catch (error) {
      // The version is not there yet.
      if (!(error instanceof Refused) || record.variants.has(version)) throw error;
    }
  }

  private async lookUpBrief(): Promise<void> {
    const entities = this.entities().map(({ k }) => ({ k: k! }));
    const { answer, isSteady } = await this.ask(LAW_BRIEF, LAW_KEYS.slice(0, 1), 1, entities);
    this.world.record.answeredBrief({ version: 1, entities, isSteady }, answer);
  }

  private async ask(
    service: string,
    keys: readonly Column[],
    version: number,
    entities: readonly SentRow[],
  ): Promise<{ readonly answer: LookupJson; readonly isSteady: boolean }> {
    const { clockMoves } = this;
    const texts = entities.map((entity) => jsonRow(keys, entity));
    const body = `{"featureService":"${service}","version":${version},"entities":[${texts.join(',')}]}`;
    const answer = await this.api.post<LookupJson>('online/lookup', body);
    return { answer, isSteady: clockMoves % 2 === 0 && clockMoves === this.clockMoves };
  }

  private entities(): readonly SentRow[] {
    return Array.from({ length: this.world.random.whole(1, MAX_ENTITIES) }, () => this.entity());
  }

  /** A known version, and while another one is made often that one, before its online state is whole. */
  private askedVersion(): number {
    const { random, record } = this.world;
    const known = [...record.variants.keys()];
    const isPriming = this.work.includes('priming');
    return isPriming && random.chance(0.5) ? Math.max(...known) + 1 : random.pick(known);
  }

  /** Known ones, unknown ones, and NULL keys. */
  private entity(): SentRow {
    const { random } = this.world;
    const key = (): bigint | null => (random.chance(0.04) ? null : BigInt(random.whole(0, THINGS)));
    return { k: key(), j: random.pick(['a', 'b', '', null]), k2: key() };
  }

  private async push(): Promise<void> {
    const { random, traffic, pushes } = this.world;
    const isAgain = pushes.length > 0 && random.chance(0.1);
    const push = isAgain ? random.pick(pushes) : traffic.push();
    if (isAgain) traffic.duplicates += push.rowCount;
    else if (push.key !== null && pushes.push(push) > RECENT_PUSHES) pushes.shift();
    await this.tried('push', () => this.send(push));
    this.pushed++;
    // Lookups are what is wanted most.
    await sleep(random.whole(0, 10));
  }

  private async send({ source, query, type, body, key }: LawPush): Promise<void> {
    const headers = key === null ? {} : { 'idempotency-key': key };
    try {
      await this.api.send('POST', `sources/${source}/rows${query}`, { type, body, headers });
    } catch (error) {
      // The clock stepped back since its rows were made.
      if (!(error instanceof Refused) || !FUTURE_CODES.has(error.code)) throw error;
      this.world.record.refused++;
    }
  }

  private async operate(): Promise<void> {
    const { random } = this.world;
    const choice = random.next();
    if (choice < 0.45) await this.load();
    else if (choice < 0.65) await this.rebuild();
    else if (choice < 0.9) await this.deactivateOrBack();
    else await this.activate();
    await sleep(random.whole(0, 60));
  }

  /** Loads a new file, or one whose load was cut or that was loaded before. */
  async load(rowCount = this.world.random.whole(20, 600)): Promise<void> {
    const { files, random, traffic } = this.world;
    const known = random.chance(0.3) ? [...files.values()] : [];
    const file = known.length > 0 ? random.pick(known) : await traffic.file(rowCount);
    if (known.length > 0) traffic.duplicates += file.rowCount;
    files.set(file.path, file);
    await this.tried('load', async () => {
      const { id } = await this.api.post<JobAnswer>(`sources/${file.source}/loads`, { path: file.path });
      await this.ended(id);
    });
  }

  async rebuild(): Promise<void> {
    await this.tried('rebuild', async () => {
      const path = `sources/${this.world.random.pick(LAW_SOURCES)}/rebuild`;
      await this.ended((await this.api.post<JobAnswer>(path)).id);
    });
  }

  /** Another variant of the tiles becomes a version, while everything goes on. */
  async activate(): Promise<void> {
    const { record, random } = this.world;
    if (record.variants.size >= MAX_VERSIONS) return;
    const latest = record.variants.get(Math.max(...record.variants.keys()))!;
    const another = (latest + random.whole(1, VARIANTS - 1)) % VARIANTS;
    await this.tried('priming', () => this.api.apply(variantDocuments(another)));
    await this.learnVersions();
  }

  /** Ends the online state of a version of the tiles, or makes it again from the log, while everything goes on. */
  private async deactivateOrBack(): Promise<void> {
    const { record, random, time } = this.world;
    const version = random.pick([...record.variants.keys()]);
    const service = `feature-services/${LAW_SERVICE}/versions/${version}`;
    // The two come into being together, so their versions have the same numbers.
    const set = `feature-sets/tiled/versions/${version}`;
    await this.tried('deactivation', async () => {
      const { items } = await this.api.get<{ readonly items: readonly VersionJson[] }>(
        'feature-sets/tiled/versions',
      );
      if (items.find((each) => each.version === version)?.state === 'inactive') {
        await this.api.post(`${set}/activate`);
        record.reactivations++;
        return;
      }
      await this.api.post(`${service}/deprecate`);
      record.deactivated(version, time.nowUs);
      try {
        await this.api.post(`${set}/deactivate`);
        record.deactivations++;
      } finally {
        record.deactivated(version, time.nowUs);
      }
      if (!random.chance(0.5)) return;
      await sleep(random.whole(0, 100));
      await this.api.post(`${set}/activate`);
      record.reactivations++;
    });
  }

  /** A job that lived through several kills has failed by then; rows from the future may have made a file mostly wrong. */
  private async ended(id: string): Promise<void> {
    const { state, error } = await this.api.ended(id);
    if (state === 'succeeded' || error?.code === 'UNAVAILABLE' || error?.code === 'MOSTLY_INVALID') return;
    throw new Error(`job ${state}: ${error?.code} ${error?.message}`);
  }
}

type VersionJson = { readonly version: number; readonly state: string };

/** Lookups over the source that keeps hours. */
const BRIEF_SHARE = 0.15;

/** Every version has its own online state. */
const MAX_VERSIONS = 8;

/** A row too far ahead of the clock is refused, alone or with others. */
const FUTURE_CODES: ReadonlySet<string> = new Set(['FUTURE_EVENT', 'INVALID_ROW']);
