import type { BlockId, KeyBlocks, StoredRow, StoredWindows, WindowHeader } from '../store.js';
import type { RedisCalls } from './redis-calls.js';
import type { RedisConnection, RedisReply } from './redis-connection.js';
import { type StatePart, statePart } from './redis-keys.js';
import { blockField, decodeHeader, HEADER_FIELD, windowsOf } from './redis-windows.js';
import { decodeStored } from './stored-row.js';

/** The generation of a set that is read. */
export type SetState = { readonly setId: number; readonly generation: bigint };

/** Entities read in one go while all of them are gone through. */
const SCANNED_AT_ONCE = 500;

/** What the owner of a source reads of its states, which nobody else changes. */
export class RedisStates {
  constructor(
    private readonly connection: RedisConnection,
    private readonly calls: RedisCalls,
  ) {}

  async headers(state: SetState, keys: readonly Uint8Array[]): Promise<readonly (WindowHeader | null)[]> {
    const part = statePart('w', state.setId, state.generation);
    const replies = await this.calls.run(
      keys.map((key) => this.call('HGET', this.place(part, key), [HEADER_FIELD])),
    );
    return replies.map((reply) => (Buffer.isBuffer(reply) ? decodeHeader(reply) : null));
  }

  async blocks(
    state: SetState,
    asked: readonly KeyBlocks[],
  ): Promise<readonly (readonly (Uint8Array | null)[])[]> {
    const part = statePart('w', state.setId, state.generation);
    const some = asked.filter(({ blocks }) => blocks.length > 0);
    const replies = await this.calls.run(
      some.map(({ key, blocks }) => this.call('HMGET', this.place(part, key), blocks.map(blockField))),
    );
    let next = 0;
    return asked.map(({ blocks }) => (blocks.length === 0 ? [] : foundOf(replies[next++], blocks)));
  }

  async *rows(state: SetState): AsyncIterable<{ readonly key: Uint8Array; readonly row: StoredRow }> {
    const part = statePart('r', state.setId, state.generation);
    for await (const { key, reply } of this.each(part, 'GET'))
      if (Buffer.isBuffer(reply)) yield { key, row: decodeStored(reply) };
  }

  async *windows(
    state: SetState,
  ): AsyncIterable<{ readonly key: Uint8Array; readonly windows: StoredWindows }> {
    const part = statePart('w', state.setId, state.generation);
    for await (const { key, reply } of this.each(part, 'HGETALL')) {
      const windows = Array.isArray(reply) ? windowsOf(reply, null) : null;
      if (windows !== null) yield { key, windows };
    }
  }

  /** All keys of a state by their bytes: Redis gives them in no order, and some twice. They are held in memory. */
  private async *each(
    part: StatePart,
    command: string,
  ): AsyncIterable<{ readonly key: Buffer; readonly reply: RedisReply }> {
    const { keys } = this.calls;
    const found: { readonly bucket: number; readonly key: Buffer; readonly name: Buffer }[] = [];
    for await (const names of this.connection.scan(keys.pattern(part)))
      for (const name of names) found.push({ ...keys.parse(name, part), name });
    found.sort((a, b) => a.key.compare(b.key));
    const unique = found.filter(({ key }, i) => i === 0 || !found[i - 1]!.key.equals(key));
    for (let start = 0; start < unique.length; start += SCANNED_AT_ONCE) {
      const some = unique.slice(start, start + SCANNED_AT_ONCE);
      const replies = await this.calls.run(some.map((place) => this.call(command, place, [])));
      for (const [i, { key }] of some.entries()) yield { key, reply: replies[i] };
    }
  }

  private place(part: StatePart, key: Uint8Array): Place {
    const { keys } = this.calls;
    const bucket = keys.bucketOf(key);
    return { bucket, name: keys.entity(bucket, part, key) };
  }

  private call(name: string, place: Place, args: readonly (Buffer | string)[]) {
    return { bucket: place.bucket, command: { name, args: [place.name, ...args] } };
  }
}

type Place = { readonly bucket: number; readonly name: Buffer };

function foundOf(reply: RedisReply, blocks: readonly BlockId[]): readonly (Uint8Array | null)[] {
  if (!Array.isArray(reply)) return blocks.map(() => null);
  return reply.map((bytes: unknown) => (Buffer.isBuffer(bytes) ? bytes : null));
}
