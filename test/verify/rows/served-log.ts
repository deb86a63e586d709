import type { ManualClock } from '../../../src/platform/clock.js';
import { pushOf } from './doors.js';
import type { ProjectApi } from './project-api.js';
import type { Random } from './random.js';
import { jsonRow } from './row-text.js';
import type { LoggedAnswer, LookupJson } from './served-replay.js';
import {
  columnsOf,
  firstDocuments,
  KEY_COLUMNS,
  laterDocuments,
  READINGS,
  Readings,
  SERVICE,
  type Shape,
} from './served-workload.js';

/** Steps of the clock, microseconds: often none, so that writes and answers fall on one instant. */
const STEPS_US = [0n, 0n, 1n, 999n, 30_000n, 60_000n, 1_000_000n, 20_000_000n];

/** One request in so many makes the online state anew. */
const REBUILD_EVERY = 150;

/** A random workload, and the answers that it was given. */
export class AnswerLog {
  readonly answers: LoggedAnswer[] = [];
  features: readonly string[] = [];
  private readonly shape: Shape;
  private readonly readings: Readings;
  private version = 1;

  constructor(
    private readonly api: ProjectApi,
    private readonly clock: ManualClock,
    private readonly random: Random,
  ) {
    this.shape = { declaresCreated: random.chance(0.5), hasOrder: random.chance(0.5) };
    this.readings = new Readings(random, this.shape);
  }

  /** Sends requests until so many answers are there; half-way the feature set gets its second version. */
  async record(count: number): Promise<void> {
    await this.api.apply(firstDocuments(this.shape));
    for (let request = 1; this.answers.length < count; request++) {
      this.clock.set(this.clock.nowUs() + this.random.pick(STEPS_US));
      if (this.version === 1 && this.answers.length > count / 2) await this.activate();
      await Promise.all(this.requests(request));
    }
    // No answer's T lies in the future of what is retrieved.
    this.clock.set(this.clock.nowUs() + 60_000_000n);
  }

  private async activate(): Promise<void> {
    await this.api.apply(laterDocuments());
    this.version = 2;
  }

  /** A push, a lookup, or several of them at once, in whatever order the service takes them. */
  private requests(request: number): readonly Promise<void>[] {
    const requests: Promise<void>[] = [];
    if (this.random.chance(0.6)) requests.push(this.push());
    if (this.random.chance(0.2)) requests.push(this.push());
    if (this.random.chance(0.6)) requests.push(this.lookup());
    if (request % REBUILD_EVERY === 0) requests.push(this.rebuild());
    return requests;
  }

  private async push(): Promise<void> {
    const rows = this.readings.rows(this.clock.nowUs());
    const sent = pushOf(this.random.pick(['json', 'ndjson', 'arrow']), columnsOf(this.shape), rows);
    await this.api.send('POST', `sources/${this.random.pick(READINGS)}/rows`, sent);
  }

  private async rebuild(): Promise<void> {
    await this.api.runJob(`sources/${this.random.pick(READINGS)}/rebuild`);
  }

  private async lookup(): Promise<void> {
    const version = this.random.whole(1, this.version);
    const entities = this.readings.entities();
    const texts = entities.map((entity) => jsonRow(KEY_COLUMNS, entity));
    const body = `{"featureService":"${SERVICE}","version":${version},"entities":[${texts.join(',')}]}`;
    const { asOf, features, results, sequences } = await this.api.post<LookupJson>('online/lookup', body);
    this.features = features;
    entities.forEach((keys, i) => {
      this.answers.push({ version, keys, asOf, ...results[i]!, sequences: sequences[i]! });
    });
  }
}
