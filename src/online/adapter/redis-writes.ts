import type { OnlineWrite, WindowWrite } from '../store.js';
import { type RedisKeys, type StatePart, statePart } from './redis-keys.js';
import { type RedisScript, WRITE_ROWS, WRITE_WINDOWS } from './redis-scripts.js';
import type { StreamWrite } from './redis-stream.js';
import { windowArgs } from './redis-windows.js';
import { encodeStored } from './stored-row.js';

/** Rows of one script: a server runs nothing else meanwhile, some tenths of a millisecond. */
const ROWS_OF_A_SCRIPT = 256;

/** Bytes that end a script before it has so many rows. */
const BYTES_OF_A_SCRIPT = 262_144;

/** Rows encoded in one go, and lookups get their turn. */
const ROWS_AT_ONCE = 8_192;

/** The generation that rows of a set go to; null leaves them out. */
export type Generations = (setId: number) => bigint | null;

/** Rows as writes of a stream, in parts; those of a bucket in a row. */
export function* rowWrites(
  keys: RedisKeys,
  writes: readonly OnlineWrite[],
  generationOf: Generations,
): Iterable<readonly StreamWrite[]> {
  const parts = stateParts('r', generationOf);
  yield* inScripts(
    keys,
    writes,
    (bucket, write) => {
      const part = parts(write.setId);
      return part === null
        ? null
        : { key: keys.entity(bucket, part, write.key), args: [encodeStored(write.row)] };
    },
    WRITE_ROWS,
  );
}

/** Windows as writes of a stream. */
export function* windowWrites(
  keys: RedisKeys,
  writes: readonly WindowWrite[],
  generationOf: Generations,
): Iterable<readonly StreamWrite[]> {
  const parts = stateParts('w', generationOf);
  yield* inScripts(
    keys,
    writes,
    (bucket, write) => {
      const part = parts(write.setId);
      return part === null ? null : { key: keys.entity(bucket, part, write.key), args: windowArgs(write) };
    },
    WRITE_WINDOWS,
  );
}

type Encoded = { readonly key: Buffer; readonly args: readonly (Buffer | string)[] };

/** Encodes what each bucket is to have, in scripts that are bounded, and gives them in parts that are. */
function* inScripts<T extends { readonly key: Uint8Array }>(
  keys: RedisKeys,
  writes: readonly T[],
  encode: (bucket: number, write: T) => Encoded | null,
  script: RedisScript,
): Iterable<readonly StreamWrite[]> {
  const part = new Part(script);
  for (const [bucket, mine] of byBucket(keys, writes)) {
    for (const write of mine) {
      const encoded = encode(bucket, write);
      if (encoded !== null) part.add(bucket, encoded);
      if (part.rows >= ROWS_AT_ONCE) yield part.take();
    }
    part.endScript();
  }
  yield part.take();
}

/** Scripts of some rows. */
class Part {
  rows = 0;
  private scripts: StreamWrite[] = [];
  private keys: Buffer[] = [];
  private args: (Buffer | string)[] = [];
  private bytes = 0;
  private bucket = 0;

  constructor(private readonly script: RedisScript) {}

  add(bucket: number, { key, args }: Encoded): void {
    this.bucket = bucket;
    this.rows++;
    this.keys.push(key);
    for (const arg of args) {
      this.args.push(arg);
      this.bytes += arg.length;
    }
    if (this.keys.length >= ROWS_OF_A_SCRIPT || this.bytes >= BYTES_OF_A_SCRIPT) this.endScript();
  }

  endScript(): void {
    const { bucket, script, keys, args } = this;
    if (keys.length > 0) this.scripts.push({ bucket, script, keys, args });
    [this.keys, this.args, this.bytes] = [[], [], 0];
  }

  take(): readonly StreamWrite[] {
    this.endScript();
    const { scripts } = this;
    [this.scripts, this.rows] = [[], 0];
    return scripts;
  }
}

function byBucket<T extends { readonly key: Uint8Array }>(
  keys: RedisKeys,
  writes: readonly T[],
): Iterable<readonly [bucket: number, writes: readonly T[]]> {
  if (keys.bucketCount === 1) return [[0, writes]];
  const buckets = new Map<number, T[]>();
  for (const write of writes) {
    const bucket = keys.bucketOf(write.key);
    const known = buckets.get(bucket);
    if (known === undefined) buckets.set(bucket, [write]);
    else known.push(write);
  }
  return buckets;
}

/** The part of the key that says whose state it is, found once a set. */
function stateParts(kind: 'r' | 'w', generationOf: Generations): (setId: number) => StatePart | null {
  const known = new Map<number, StatePart | null>();
  return (setId) => {
    const part = known.get(setId);
    if (part !== undefined) return part;
    const generation = generationOf(setId);
    const made = generation === null ? null : statePart(kind, setId, generation);
    known.set(setId, made);
    return made;
  };
}
