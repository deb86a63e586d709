import { setTimeout as sleep } from 'node:timers/promises';
import { PlumblineError } from '../../definition/error.js';
import type { LatestRead, OnlineAnswer, OnlineRead, StoredRow, StoredWindows, WindowRead } from '../store.js';
import type { ReadFailure, ReadPart } from './redis-batch.js';
import type { RedisCalls } from './redis-calls.js';
import { unavailable } from './redis-errors.js';
import { statePart } from './redis-keys.js';
import { type LaneParts, RedisLane } from './redis-lane.js';
import type { SetNote } from './redis-sets.js';
import { askedPlaces, unreached } from './unreached.js';

/** Times that a node is asked, the deadline permitting: one connection may just have been cut. */
const TRIES = 2;

/** Before the second one, milliseconds. */
const PAUSE_MS = 20;

/** Times that sets may turn out to have another state than was read: each is an activation meanwhile. */
const MAX_OUTDATED = 5;

/** What a read asks, by node, and where the answers come. */
type Draft = { readonly answer: OnlineAnswer; readonly parts: ReadonlyMap<number, ReadPart> };

/** Reads rows and windows: each node that has some of them is asked once, together with what others ask of it. */
export class RedisReads {
  private readonly lanes = new Map<number, RedisLane>();

  constructor(
    private readonly calls: RedisCalls,
    private readonly parts: LaneParts,
  ) {}

  /** See the port. Throws UNAVAILABLE with the places of the entities that were not reached. */
  async read(asked: OnlineRead): Promise<OnlineAnswer> {
    // Where nothing was ever seen of a set, the time until a lost node counts as lost is not that of the others.
    let notes = await this.notesOf(asked);
    const deadlineAtMs = performance.now() + this.parts.connection.deadlineMs;
    for (let [tries, outdated] = [1, 0]; ; notes = await this.notesOf(asked)) {
      const { answer, parts } = this.draft(asked, notes);
      await Promise.all([...parts].map(([group, part]) => this.lane(group).run(part, deadlineAtMs)));
      const failed = [...parts.values()].filter((part) => part.failure !== null);
      if (failed.length > 0) {
        const isFinal = failed.some((part) => part.failure!.isFinal);
        if (isFinal || tries++ >= TRIES || performance.now() + PAUSE_MS >= deadlineAtMs)
          throw failureOf(failed);
        await sleep(PAUSE_MS);
      } else if ([...parts.values()].every((part) => !part.isOutdated)) return answer;
      else if (++outdated > MAX_OUTDATED) throw new PlumblineError('UNAVAILABLE', CHANGING);
    }
  }

  private async notesOf(asked: OnlineRead): Promise<ReadonlyMap<number, SetNote>> {
    const { sets } = this.parts;
    const notes = new Map<number, SetNote>();
    for (const reads of [asked.latest, asked.windows])
      for (const { setId } of reads)
        notes.set(setId, sets.seen(setId)?.note ?? (await this.noteOf(setId, asked)));
    return notes;
  }

  private noteOf(setId: number, asked: OnlineRead): Promise<SetNote> {
    return this.parts.sets.note(setId).catch((error: unknown) => {
      throw unreached(askedPlaces(asked), unavailable(error, 'a read'));
    });
  }

  private draft({ latest, windows }: OnlineRead, notes: ReadonlyMap<number, SetNote>): Draft {
    const parts = new Map<number, ReadPart>();
    const partOf = (bucket: number): ReadPart => this.partOf(parts, bucket);
    const rows = latest.map((read) => this.draftLatest(read, notes.get(read.setId)!, partOf));
    const found = windows.map((read) => this.draftWindows(read, notes.get(read.setId)!, partOf));
    return { answer: { latest: rows, windows: found }, parts };
  }

  private draftLatest(
    read: LatestRead,
    note: SetNote,
    partOf: (bucket: number) => ReadPart,
  ): readonly (StoredRow | null)[] {
    const into = new Array<StoredRow | null>(read.keys.length).fill(null);
    this.draftKeys('r', read, note, (bucket, name, place) => {
      const part = partOf(bucket);
      if (name !== null) part.rows.push({ bucket, name, into, place });
      return part;
    });
    return into;
  }

  private draftWindows(
    read: WindowRead,
    note: SetNote,
    partOf: (bucket: number) => ReadPart,
  ): readonly (StoredWindows | null)[] | null {
    const into = new Array<StoredWindows | null>(read.keys.length).fill(null);
    const { from } = read;
    this.draftKeys('w', read, note, (bucket, name, place) => {
      const part = partOf(bucket);
      if (name !== null) part.windows.push({ bucket, name, from, into, place });
      return part;
    });
    return note.active === null ? null : into;
  }

  /** A set without state is asked about by one key, for its note alone. */
  private draftKeys(
    kind: 'r' | 'w',
    read: LatestRead,
    note: SetNote,
    ask: (bucket: number, name: Buffer | null, place: number) => ReadPart,
  ): void {
    const names = this.parts.keys;
    const state = note.active === null ? null : statePart(kind, read.setId, note.active);
    for (const [place, key] of read.keys.entries()) {
      if (key === null) continue;
      const bucket = names.bucketOf(key);
      const part = ask(bucket, state === null ? null : names.entity(bucket, state, key), place);
      restOn(part, read, note, bucket);
      if (state === null) return;
    }
  }

  private partOf(parts: Map<number, ReadPart>, bucket: number): ReadPart {
    const group = this.calls.groupOf(bucket);
    const known = parts.get(group);
    if (known !== undefined) return known;
    const part: ReadPart = {
      rows: [],
      windows: [],
      least: [],
      notes: new Map(),
      bucket,
      failure: null,
      isOutdated: false,
    };
    parts.set(group, part);
    return part;
  }

  private lane(group: number): RedisLane {
    const known = this.lanes.get(group);
    if (known !== undefined) return known;
    const lane = new RedisLane(this.parts);
    this.lanes.set(group, lane);
    return lane;
  }
}

/** Notes what a part must find beside the rows of a bucket. */
function restOn(part: ReadPart, { setId, least }: LatestRead, note: SetNote, bucket: number): void {
  if (!part.notes.has(setId)) part.notes.set(setId, note);
  if (least === undefined) return;
  const isKnown = part.least.some((each) => each.bucket === bucket && each.least === least);
  if (!isKnown) part.least.push({ bucket, least });
}

const CHANGING = 'what is read is activated again and again meanwhile; try again';

/** The error of one part, with the entities of all that failed. */
function failureOf(failed: readonly ReadPart[]): PlumblineError {
  const first: ReadFailure = failed.find((part) => part.failure!.isFinal)?.failure ?? failed[0]!.failure!;
  const asks = failed.flatMap(({ rows, windows }) => [...rows, ...windows]);
  return unreached(
    asks.map(({ place }) => place),
    first.error,
  );
}
