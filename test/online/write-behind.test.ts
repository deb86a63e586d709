import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Memtable } from '../../src/online/adapter/memtable.js';
import { entryId } from '../../src/online/adapter/slot-key.js';
import { WriteBehind } from '../../src/online/adapter/write-behind.js';

const MEMTABLE_BYTES = 10_000;

describe('writing behind', () => {
  it('brings what waits to where it belongs, in the order in which it came, each memtable once', async () => {
    const { behind, put, written } = started();
    for (const name of ['a', 'b', 'c']) {
      await put(name, MEMTABLE_BYTES);
      expect(behind.memtables.length).toBeLessThanOrEqual(2);
    }
    await behind.close();
    expect(written()).toEqual(['a', 'b', 'c']);
    expect(behind.memtables.every(({ isEmpty }) => isEmpty)).toBe(true);
  });

  it('writes some time after the first write, also what came while another memtable was written', async () => {
    const { behind, put, written, hold } = started({ waitMs: 5 });
    const letGo = hold();
    await put('a', 1);
    await vi.waitFor(() => expect(behind.memtables.length).toBe(2));
    await put('b', 1);
    letGo();
    await vi.waitFor(() => expect(written()).toEqual(['a', 'b']));
    await behind.close();
  });

  it('has writers wait while both memtables are full', async () => {
    const { behind, put, written, hold } = started();
    const letGo = hold();
    await put('a', MEMTABLE_BYTES);
    await put('b', MEMTABLE_BYTES);
    let isWritten = false;
    const third = put('c', 1).then(() => {
      isWritten = true;
    });
    for (let turns = 0; turns < 10; turns++) await turn();
    expect(isWritten).toBe(false);
    letGo();
    await third;
    expect(written()).not.toContain('c');
    await behind.close();
    expect(written()).toEqual(['a', 'b', 'c']);
  });

  it('keeps what cannot be written, says so, refuses more once memory is full, and tries again', async () => {
    const { behind, put, written, fail, defects } = started();
    fail(2);
    await put('a', MEMTABLE_BYTES);
    await put('b', MEMTABLE_BYTES);
    const refused = put('c', 1);
    const message = expect.stringContaining('the disk is full');
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', message });
    expect(behind.memtables.flatMap(namesOf)).toEqual(['b', 'a']);
    expect(defects.length).toBe(1);
    await vi.waitFor(() => expect(written()).toContain('a'), { timeout: 10_000 });
    expect(defects.length).toBe(2);
    await put('c', 1);
    await behind.flush();
    expect(written()).toEqual(['a', 'b', 'c']);
    await behind.close();
  });

  it('says on closing what could not be written', async () => {
    const { behind, put, fail } = started();
    await put('a', 1);
    fail(Number.POSITIVE_INFINITY);
    await expect(behind.close()).rejects.toThrow('the disk is full');
  });
});

function started({ waitMs = 3_600_000 } = {}) {
  const written: string[] = [];
  const defects: unknown[] = [];
  let failures = 0;
  let held: Promise<void> | null = null;
  const write = async (memtable: Memtable): Promise<void> => {
    await held;
    if (failures-- > 0) throw new Error('the disk is full');
    written.push(...namesOf(memtable));
  };
  const onDefect = (cause: unknown): void => void defects.push(cause);
  const behind = new WriteBehind({ write, memtableBytes: MEMTABLE_BYTES, waitMs, onDefect });
  return {
    behind,
    defects,
    written: () => written,
    put: async (name: string, sizeBytes: number): Promise<void> => {
      await behind.room();
      const step = { at: 1, oldestRead: null };
      behind
        .forWrites()
        .rows.writes(step)
        .put(entryId(1, Buffer.from(name)), Buffer.alloc(sizeBytes));
    },
    /** The next writes fail. */
    fail: (times: number) => {
      failures = times;
    },
    /** Writes take until they are let go. */
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

function namesOf({ rows }: Memtable): readonly string[] {
  return rows.all().map(({ id }) => id.text.slice(4));
}
