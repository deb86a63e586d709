import { describe, expect, it } from 'vitest';
import { type ColumnBatch, columnOf } from '../../src/definition/column-batch.js';
import type { LogEntry, LoggedRows, SourceLog } from '../../src/ingest/log.js';

/** What every log must do; `reopen` closes the log, as a crash would, and opens it again over the same data. */
export function sourceLogSuite(
  engine: string,
  open: () => { readonly log: SourceLog; reopen(): Promise<SourceLog> },
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
      expect(await all(log, 'p/a', 0n)).toEqual(logged);
      expect(await all(log, 'p/a', 2n)).toEqual(logged.slice(1));
      const again = await reopen();
      expect(await all(again, 'p/a', 0n)).toEqual(logged);
      expect((await again.append('p/a', entry(1))).firstSequence).toBe(5n);
    });

    it('knows how much of a file it holds, after it was reopened too (S11)', async () => {
      const { log, reopen } = open();
      await log.append('p/a', { ...entry(2), door: { kind: 'file', contentHash: 'h', firstOrdinal: 0 } });
      await log.append('p/a', { ...entry(3), door: { kind: 'file', contentHash: 'h', firstOrdinal: 2 } });
      expect(await log.rowsOfFile('p/a', 'h')).toBe(5);
      expect(await log.rowsOfFile('p/a', 'other')).toBe(0);
      expect(await (await reopen()).rowsOfFile('p/a', 'h')).toBe(5);
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

/** Everything a log holds of a source, as plain values. */
export async function all(log: SourceLog, source: string, from: bigint): Promise<readonly LoggedRows[]> {
  const found: LoggedRows[] = [];
  for await (const logged of log.read(source, from)) found.push(logged);
  return found;
}
