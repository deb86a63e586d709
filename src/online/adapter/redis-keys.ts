/**
 * The names of keys. Each begins with the tag of a bucket, `{prefix:bucket}`, so that a bucket is one slot of a cluster.
 * Behind it `m` are the marks, `r` a latest row and `w` the windows of an entity, these two with `set.generation:` and the
 * encoded entity key.
 */
export class RedisKeys {
  private readonly tags: readonly Buffer[];
  private readonly allMarks: readonly Buffer[];

  constructor(
    private readonly prefix: string,
    readonly bucketCount: number,
  ) {
    const numbers = Array.from({ length: bucketCount }, (_, bucket) => bucket);
    this.tags = numbers.map((bucket) => Buffer.from(`{${prefix}:${bucket}}`));
    this.allMarks = numbers.map((bucket) => marksKey(prefix, bucket));
  }

  /** FNV-1a with a last mix (http://www.isthe.com/chongo/tech/comp/fnv/); it must never change. */
  bucketOf(key: Uint8Array): number {
    if (this.bucketCount === 1) return 0;
    let hash = 0x811c9dc5;
    for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key[i]!, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    return ((hash ^ (hash >>> 13)) >>> 0) % this.bucketCount;
  }

  marks(bucket: number): Buffer {
    return this.allMarks[bucket]!;
  }

  entity(bucket: number, state: StatePart, key: Uint8Array): Buffer {
    const tag = this.tags[bucket]!;
    const name = Buffer.allocUnsafe(tag.length + state.length + key.length);
    name.set(tag);
    name.write(state, tag.length, 'latin1');
    name.set(key, tag.length + state.length);
    return name;
  }

  /** Finds all keys of a state, see Redis on SCAN. */
  pattern(state: StatePart): string {
    return `{${this.prefix.replaceAll(/[\\*?[\]^-]/g, '\\$&')}:*}${state}*`;
  }

  /** The bucket and the encoded entity key in a key of a state. */
  parse(name: Buffer, state: StatePart): { readonly bucket: number; readonly key: Buffer } {
    const end = name.indexOf('}');
    const bucket = Number(name.toString('latin1', name.lastIndexOf(':', end) + 1, end));
    return { bucket, key: name.subarray(end + 1 + state.length) };
  }
}

/** What lies between the tag and the entity key of a row or of windows, ASCII. */
export type StatePart = string;

export function statePart(kind: 'r' | 'w', setId: number, generation: bigint): StatePart {
  return `${kind}${setId}.${generation}:`;
}

/** The marks of a bucket, a hash by the names of streams and sets. */
export function marksKey(prefix: string, bucket: number): Buffer {
  return Buffer.from(`{${prefix}:${bucket}}m`);
}
