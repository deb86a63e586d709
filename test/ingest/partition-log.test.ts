import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import { PlumblineError } from '../../src/definition/error.js';
import type { LogPartition } from '../../src/ingest/adapter/log-partition.js';
import { PartitionLog } from '../../src/ingest/adapter/partition-log.js';
import { type LogEntry, type LoggedRows, lastOf } from '../../src/ingest/log.js';
import { randomFrom, UnreliablePartition } from './unreliable-partition.js';

/** The same partition without faults. */
function reliable(messages: readonly Buffer[]): LogPartition {
  return {
    append: () => Promise.reject(new Error('not here')),
    read: async (offset) =>
      messages
        .slice(Number(offset), Number(offset) + 5)
        .map((value, i) => ({ offset: offset + BigInt(i), value })),
    bounds: async () => ({ start: 0n, end: BigInt(messages.length) }),
    prepare: async () => undefined,
  };
}

const PATIENT = {
  log: 'the log',
  maxMessageBytes: 300,
  refuseAfterMs: 60_000,
  firstPauseMs: 0,
  stopWithinMs: 1,
};

function openOn(partition: LogPartition): PartitionLog {
  return new PartitionLog(partition, PATIENT);
}

/** Rows with numbers of their own; five fill several messages. */
function entryOf(first: number, rowCount: number): LogEntry {
  const numbers = Array.from({ length: rowCount }, (_, i) => BigInt(first + i));
  const padding = numbers.map(() => 'x'.repeat(80));
  const columns = new Map([
    ['n', columnOf('INT64', numbers)],
    ['s', columnOf('STRING', padding)],
  ]);
  return { rows: { rowCount, columns }, arrivalUs: 0n, door: { kind: 'push' } };
}

function numbersIn({ rows }: Pick<LoggedRows, 'rows'>): readonly bigint[] {
  const column = rows.columns.get('n')!;
  return Array.from({ length: rows.rowCount }, (_, row) => valueAt(column, row) as bigint);
}

async function allRows(log: PartitionLog, from = 0n): Promise<readonly LoggedRows[]> {
  const found: LoggedRows[] = [];
  for await (const logged of log.read(from)) found.push(logged);
  return found;
}

/** What one append came to; null while nobody knows, because its process stopped. */
type Outcome = {
  readonly numbers: readonly bigint[];
  readonly logged: LoggedRows | null;
  readonly isKnown: boolean;
};

async function appendTo(log: PartitionLog, entry: LogEntry): Promise<Outcome> {
  const numbers = numbersIn(entry);
  try {
    return { numbers, logged: await log.append(entry), isKnown: true };
  } catch (error) {
    const isKnown = error instanceof PlumblineError && !error.message.includes('gave no answer');
    return { numbers, logged: null, isKnown };
  }
}

/** Several processes in turn, each taking over from the last, which goes on as if nothing were. */
async function live(seed: number): Promise<{ partition: UnreliablePartition; outcomes: readonly Outcome[] }> {
  const random = randomFrom(seed);
  const partition = new UnreliablePartition(random);
  const outcomes: Promise<Outcome>[] = [];
  const owners = [openOn(partition)];
  for (let step = 10 + random(20); step > 0; step--) {
    if (random(6) === 0) owners.unshift(openOn(partition));
    // Mostly the newest, at times one that should have stopped.
    const owner = owners[random(3) * random(owners.length)] ?? owners[0]!;
    outcomes.push(appendTo(owner, entryOf(10 * step, random(4) === 0 ? 5 : 1)));
    if (random(2) === 0) await outcomes.at(-1);
  }
  for (const owner of owners) if (random(2) === 0) await owner.stop();
  await Promise.all(outcomes);
  partition.settle();
  return { partition, outcomes: await Promise.all(outcomes) };
}

/** What is wrong with the rows of a log beside what its writers were told. */
function contradictions(rows: readonly LoggedRows[], outcomes: readonly Outcome[]): readonly string[] {
  const numbers = rows.flatMap(numbersIn);
  const found = rows
    .filter(({ firstSequence }, i) => firstSequence !== (i === 0 ? 0n : lastOf(rows[i - 1]!) + 1n))
    .map(({ firstSequence }) => `sequence ${firstSequence} does not follow the one before`);
  if (new Set(numbers).size < numbers.length) found.push('a row is there twice');
  for (const { numbers: own, logged, isKnown } of outcomes) {
    const at = logged === null ? -1 : Number(logged.firstSequence);
    const isThere = own.every((number, i) => numbers[at + i] === number);
    if (logged !== null && !isThere) found.push(`${own} is not at ${at}, where it was acknowledged`);
    if (logged === null && isKnown && numbers.includes(own[0]!))
      found.push(`${own} was refused, and is there`);
  }
  return found;
}

describe('the log of a source in a partition', () => {
  it('has every acknowledged row once at its place and no refused one, whatever is lost, late or fenced', async () => {
    const seeds = fc.integer({ min: 0, max: 2 ** 31 });
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { partition, outcomes } = await live(seed);
        const rows = await allRows(openOn(reliable(partition.messages)));
        expect(contradictions(rows, outcomes)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('finds every sequence, whatever lies between that does not count', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { partition } = await live(seed);
      const log = openOn(reliable(partition.messages));
      const rows = await allRows(log);
      const count = rows.reduce((sum, each) => sum + each.rows.rowCount, 0);
      expect(await log.lastSequence()).toBe(BigInt(count) - 1n);
      for (let from = 0; from <= count; from++) {
        const found = await allRows(log, BigInt(from));
        const wanted = rows.filter((each) => each.firstSequence + BigInt(each.rows.rowCount) > BigInt(from));
        expect(found.map(({ firstSequence }) => firstSequence)).toEqual(
          wanted.map(({ firstSequence }) => firstSequence),
        );
      }
    }
  });
});
