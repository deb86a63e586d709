import { describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf, valueAt } from '../../src/definition/column-batch.js';
import type { Door, LogEntry, LoggedRows, SourceLog } from '../../src/ingest/log.js';

/**
 * What every log must do; `reopen` closes the log, as a crash would, and opens it again over the same data; `takeOver`
 * opens it while the other owner still has it open.
 */
export function sourceLogSuite(
  engine: string,
  open: () => { readonly log: SourceLog; reopen(): Promise<SourceLog>; takeOver(): Promise<SourceLog> },
): void {
  describe(`source log: ${engine}`, () => {
    it('numbers rows without a gap, per source, in the order in which appends were called', async () => {
      const { log } = open();
      const appended = await Promise.all([3, 1, 2].map((rows) => log.append('p/a', entry(rows))));
      expect(appended.map(({ firstSequence }) => firstSequence)).toEqual([0n, 3n, 4n]);
      expect((await log.append('p/b', entry(1))).firstSequence).toBe(0n);
      expect(await log.lastSequence('p/a')).toBe(5n);
      expect(await log.lastSequence('p/none')).toBe(-1n);
    });

    it('gives every row back exactly, from any sequence, and again after it was reopened', async () => {
      const { log, reopen } = open();
      const logged = [await log.append('p/a', entry(2)), await log.append('p/a', entry(3))];
      expect(plain(await all(log, 'p/a', 0n))).toEqual(plain(logged));
      expect(plain(await all(log, 'p/a', 2n))).toEqual(plain(logged.slice(1)));
      const again = await reopen();
      expect(plain(await all(again, 'p/a', 0n))).toEqual(plain(logged));
      expect((await again.append('p/a', entry(1))).firstSequence).toBe(5n);
    });

    it('begins an epoch with each opening, and takes nothing from the owner before (S9)', async () => {
      const { log, takeOver } = open();
      const first = await log.append('p/a', entry(1));
      expect(first.epoch).toBe(await log.epoch('p/a'));
      const next = await takeOver();
      expect(await next.epoch('p/a')).toBeGreaterThan(first.epoch);
      await expect(log.append('p/a', entry(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      const second = await next.append('p/a', entry(1));
      expect(second.firstSequence).toBe(1n);
      expect(plain(await all(next, 'p/a', 0n))).toEqual(plain([first, second]));
    });

    it('takes nothing of a source that was released until it is taken again; others and reads go on', async () => {
      const { log } = open();
      const first = await log.append('p/a', entry(2));
      const last = log.append('p/a', entry(1));
      await log.release('p/a');
      await expect(log.append('p/a', entry(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(log.epoch('p/a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await log.append('p/b', entry(1));
      expect(await log.lastSequence('p/a')).toBe(2n);

      const epoch = await log.take('p/a');
      expect(epoch).toBeGreaterThanOrEqual(first.epoch);
      const again = await log.append('p/a', entry(1));
      expect(again).toMatchObject({ firstSequence: 3n, epoch });
      expect(plain(await all(log, 'p/a', 0n))).toEqual(plain([first, await last, again]));
    });

    it('keeps how rows came in', async () => {
      const { log, reopen } = open();
      const doors: readonly Door[] = [
        { kind: 'push' },
        { kind: 'keyed', key: 'k', bodyHash: 'b', tally: { quarantined: 1, held: 2, duplicates: 3 } },
        { kind: 'file', contentHash: 'h', firstOrdinal: 5, endOrdinal: 9 },
        { kind: 'replay', quarantinedId: 7 },
        { kind: 'held', from: 'file', heldIds: ['x'] },
      ];
      for (const door of doors) await log.append('p/a', { ...entry(1), door });
      const read = await all(await reopen(), 'p/a', 0n);
      expect(read.map(({ door }) => door)).toEqual(doors);
    });
  });
}

/** Rows of every type, with NULLs and with the values that are easily lost. */
export function entry(rowCount: number): LogEntry {
  const pick = <T>(values: readonly T[]): readonly T[] =>
    Array.from({ length: rowCount }, (_, i) => values[i % values.length]!);
  const columns: ColumnBatch['columns'] = new Map([
    ['i', columnOf('INT64', pick([2n ** 63n - 1n, null, -(2n ** 63n)]))],
    ['f', columnOf('FLOAT64', pick([-0, 5e-324, null]))],
    ['s', columnOf('STRING', pick(['', '\ufeffbom', 'e\u0301\u{1F600}', null]))],
    ['b', columnOf('BOOL', pick([true, null, false]))],
    ['t', columnOf('TIMESTAMP', pick([-1n, 253_402_300_799_999_999n]))],
    ['d', columnOf('DATE', pick([-719_162, null]))],
    ['y', columnOf('BYTES', pick([Uint8Array.from([0, 255]), Uint8Array.from([])]))],
    ['e', columnOf('ARRAY<FLOAT64>', pick([[1.5, -0], [], null]))],
  ]);
  return { rows: { rowCount, columns }, arrivalUs: 1_700_000_000_000_000n, door: { kind: 'push' } };
}

/** Everything a log holds of a source. */
export async function all(log: SourceLog, source: string, from: bigint): Promise<readonly LoggedRows[]> {
  const found: LoggedRows[] = [];
  for await (const logged of log.read(source, from)) found.push(logged);
  return found;
}

/** The same with plain values: what lies under a NULL is nobody's. */
export function plain(logged: readonly LoggedRows[]): unknown {
  return logged.map((each) => ({
    ...each,
    rows: [...each.rows.columns].map(([name, column]) => [
      name,
      column.type,
      Array.from({ length: each.rows.rowCount }, (_, row) => valueAt(column, row)),
    ]),
  }));
}
