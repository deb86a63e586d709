import { PlumblineError } from '../../definition/error.js';
import type { RedisCalls } from './redis-calls.js';
import type { RedisReply } from './redis-connection.js';
import { unavailable } from './redis-errors.js';
import { decodeMark, type Mark } from './redis-mark.js';
import { WRITE_NOTE } from './redis-scripts.js';

/** What is known of a set's states; each has a generation of its own, and they only grow. */
export type SetNote = {
  /** Grows with each change; 0 for a set that nothing is known of. */
  readonly version: bigint;
  /** The generation that reads and writes go to; null before activation. */
  readonly active: bigint | null;
  /** How far every bucket of the active one was when it was activated; null where it began empty. */
  readonly built: bigint | null;
  /** False once some bucket turned out to lack what was built: what is there stays readable, and is to be built anew. */
  readonly isWhole: boolean;
  /** The generation that is built, or will be. */
  readonly next: bigint;
  /** Generations that nobody reads any more, and that may have keys still. */
  readonly left: readonly bigint[];
};

const UNKNOWN: SetNote = {
  version: 0n,
  active: null,
  built: null,
  isWhole: true,
  next: 1n,
  left: [],
};

/** Names in the marks of a bucket: of a set's note, and of the marks of its build. */
export function noteName(setId: number): string {
  return `set/${setId}`;
}

export function buildName(setId: number): string {
  return `build/${setId}`;
}

/** Names and what they name come in turn. */
function isName(_: unknown, i: number): boolean {
  return i % 2 === 0;
}

/** As {@link noteName} and {@link buildName} make them. */
const NAME_OF_SET = /^(?:set|build)\/(\d+)$/;

/** Notes of sets: the same one in every bucket, so that whoever reads rows finds it beside them. The latest version counts. */
export class RedisSets {
  private readonly notes = new Map<number, SeenNote>();
  /** Many lookups may ask at once for what nobody has seen. */
  private readonly asking = new Map<number, Promise<SetNote>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly calls: RedisCalls) {}

  /** What was seen last; null for a set that was not asked for yet. */
  seen(setId: number): SeenNote | null {
    return this.notes.get(setId) ?? null;
  }

  /** Takes what was found in a bucket; true when it is later than what was seen. */
  see(setId: number, bytes: Buffer | null): boolean {
    if (bytes === null) return false;
    const known = this.notes.get(setId);
    if (known?.bytes?.equals(bytes)) return false;
    const note = decodeNote(bytes);
    if (known !== undefined && note.version <= known.note.version) return false;
    this.notes.set(setId, { note, bytes: Buffer.from(bytes) });
    return true;
  }

  /** What was seen last; where nothing ever was, the latest that some bucket has: every one has it, so one node may be lost. */
  async note(setId: number): Promise<SetNote> {
    const known = this.notes.get(setId)?.note;
    if (known !== undefined) return known;
    const asking = this.asking.get(setId) ?? this.ask(setId).finally(() => this.asking.delete(setId));
    this.asking.set(setId, asking);
    return asking;
  }

  /** Numbers of all sets that some bucket has a note or a build of, of dropped ones too. */
  async named(): Promise<readonly number[]> {
    const { allBuckets, keys } = this.calls;
    const replies = await this.calls.run(
      allBuckets.map((bucket) => ({ bucket, command: { name: 'HGETALL', args: [keys.marks(bucket)] } })),
    );
    const names = replies.flatMap((reply) => (Array.isArray(reply) ? reply.filter(isName).map(String) : []));
    const numbers = names.map((name) => NAME_OF_SET.exec(name)?.[1]).filter((id) => id !== undefined);
    return [...new Set(numbers.map(Number))].sort((a, b) => a - b);
  }

  /** Asks every bucket. */
  async load(setId: number): Promise<LoadedSet> {
    const { allBuckets, keys } = this.calls;
    const names = [noteName(setId), buildName(setId)];
    const replies = await this.calls.run(
      allBuckets.map((bucket) => ({
        bucket,
        command: { name: 'HMGET', args: [keys.marks(bucket), ...names] },
      })),
    );
    const found = replies.map(pairOf);
    if (!this.notes.has(setId)) this.notes.set(setId, NOTHING_SEEN);
    for (const [bytes] of found) this.see(setId, bytes);
    const { note, bytes } = this.notes.get(setId)!;
    return {
      note,
      isEverywhere: found.every(([each]) => (bytes === null ? each === null : each?.equals(bytes))),
      builds: found.map(([, build]) => decodeMark(build)),
    };
  }

  /**
   * Puts another note in every bucket, made of what is there now; null leaves it, but where some bucket lacks it. One change
   * at a time. Throws UNAVAILABLE when some were not reached, or had a later one.
   */
  change(setId: number, to: (loaded: LoadedSet) => SetChange | null): Promise<LoadedSet> {
    const mine = this.turn.then(async () => {
      const loaded = await this.load(setId);
      const change = to(loaded);
      if (change !== null)
        await this.write(setId, { ...loaded.note, ...change, version: loaded.note.version + 1n });
      else if (!loaded.isEverywhere) await this.write(setId, loaded.note);
      return loaded;
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async ask(setId: number): Promise<SetNote> {
    const { allBuckets, keys } = this.calls;
    const replies = await this.calls.runSome(
      allBuckets.map((bucket) => ({
        bucket,
        command: { name: 'HGET', args: [keys.marks(bucket), noteName(setId)] },
      })),
    );
    const failed = replies.filter((reply) => reply instanceof Error);
    if (failed.length === replies.length) throw unavailable(failed[0], 'HGET');
    if (!this.notes.has(setId)) this.notes.set(setId, NOTHING_SEEN);
    for (const reply of replies) this.see(setId, bufferOf(reply));
    return this.notes.get(setId)!.note;
  }

  private async write(setId: number, note: SetNote): Promise<void> {
    const text = encodeNote(note);
    const { allBuckets, keys } = this.calls;
    const replies = await this.calls.runScripts(
      allBuckets.map((bucket) => ({
        bucket,
        script: WRITE_NOTE,
        keys: [keys.marks(bucket)],
        args: [noteName(setId), text, String(note.version)],
      })),
    );
    for (const reply of replies) {
      if (reply === null) continue;
      await this.load(setId);
      const message = `feature set version ${setId} was activated or dropped by another process meanwhile; try again`;
      throw new PlumblineError('UNAVAILABLE', message);
    }
    this.see(setId, text);
  }
}

/** What becomes of a note, its version apart. */
export type SetChange = Partial<Omit<SetNote, 'version'>>;

const NOTHING_SEEN: SeenNote = { note: UNKNOWN, bytes: null };

export type SeenNote = { readonly note: SetNote /** As they are stored. */; readonly bytes: Buffer | null };

export type LoadedSet = {
  readonly note: SetNote;
  /** False where some bucket has an older one, or none. */
  readonly isEverywhere: boolean;
  /** Marks of the latest build, by bucket. */
  readonly builds: readonly Mark[];
};

/** Whether every bucket has what was built of the active generation: a later build says so as well. */
export function isComplete({ note, builds }: LoadedSet): boolean {
  const { active, built, isWhole } = note;
  if (active === null || !isWhole) return false;
  if (built === null) return true;
  return builds.every(({ epoch, sequence }) => epoch > active || (epoch === active && sequence >= built));
}

/** Words with blanks between them, `-` in the place of null, numbers left with commas. */
function encodeNote({ version, active, built, isWhole, next, left }: SetNote): Buffer {
  const state = isWhole ? 'whole' : 'part';
  return Buffer.from(`${version} ${active ?? '-'} ${built ?? '-'} ${state} ${next} ${left.join(',') || '-'}`);
}

function decodeNote(bytes: Buffer): SetNote {
  const [version, active, built, state, next, left] = bytes.toString('latin1').split(' ');
  return {
    version: BigInt(version!),
    active: numberOf(active!),
    built: numberOf(built!),
    isWhole: state === 'whole',
    next: BigInt(next!),
    left: left === '-' ? [] : left!.split(',').map(BigInt),
  };
}

function numberOf(text: string): bigint | null {
  return text === '-' ? null : BigInt(text);
}

function pairOf(reply: RedisReply): readonly [Buffer | null, Buffer | null] {
  if (!Array.isArray(reply)) return [null, null];
  return [bufferOf(reply[0]), bufferOf(reply[1])];
}

function bufferOf(reply: RedisReply): Buffer | null {
  return Buffer.isBuffer(reply) ? reply : null;
}
