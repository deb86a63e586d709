import type { RedisCalls } from './redis-calls.js';
import type { RedisConnection } from './redis-connection.js';
import { type StatePart, statePart } from './redis-keys.js';
import type { RedisSets } from './redis-sets.js';

/** Removes the keys of states that nobody reads any more, one set at a time, behind everybody's back. */
export class RedisSweep {
  private turn: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly calls: RedisCalls,
    private readonly sets: RedisSets,
  ) {}

  /** What cannot be removed now stays noted, and is tried again when the set is next activated or asked for. */
  start(setId: number): void {
    if ((this.sets.seen(setId)?.note.left.length ?? 0) === 0) return;
    this.turn = this.turn.then(() => this.empty(setId)).catch(() => undefined);
  }

  /** Begins nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.turn;
  }

  private async empty(setId: number): Promise<void> {
    const emptied: bigint[] = [];
    for (const generation of (await this.sets.note(setId)).left) {
      for (const kind of ['r', 'w'] as const) await this.remove(statePart(kind, setId, generation));
      if (this.isClosing) return;
      emptied.push(generation);
    }
    if (emptied.length === 0) return;
    await this.sets.change(setId, ({ note }) => ({
      left: note.left.filter((generation) => !emptied.includes(generation)),
    }));
  }

  private async remove(state: StatePart): Promise<void> {
    const { keys } = this.calls;
    for await (const names of this.connection.scan(keys.pattern(state))) {
      if (this.isClosing) return;
      const buckets = new Map<number, Buffer[]>();
      for (const name of names) {
        const { bucket } = keys.parse(name, state);
        const known = buckets.get(bucket);
        if (known === undefined) buckets.set(bucket, [name]);
        else known.push(name);
      }
      await this.calls.run(
        [...buckets].map(([bucket, args]) => ({ bucket, command: { name: 'UNLINK', args } })),
      );
    }
  }
}
