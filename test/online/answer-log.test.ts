import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompiledFeatureService, compileFeatureService } from '../../src/compile/feature-service.js';
import { compileFeatureSet } from '../../src/compile/feature-set.js';
import { columnOf } from '../../src/definition/column-batch.js';
import type { SourceDocument } from '../../src/definition/document.js';
import { INT64_MAX, type Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { AnswerFiles } from '../../src/online/answer-files.js';
import { answerLineWriter, parseAnswerLine, type ServedAnswer } from '../../src/online/answer-line.js';
import { AnswerLog } from '../../src/online/answer-log.js';
import { keySampler } from '../../src/online/sampled-keys.js';
import { ManualClock } from '../../src/platform/clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SOURCE: SourceDocument = {
  kind: 'Source',
  name: 's',
  eventTime: 'at',
  columns: [
    { name: 'k', type: 'INT64' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'x', type: 'FLOAT64' },
    { name: 'text', type: 'STRING' },
  ],
};

function serviceWith(answerLog?: number): CompiledFeatureService {
  const set = compileFeatureSet({
    document: {
      kind: 'FeatureSet',
      name: 'set',
      entity: 'one',
      source: 's',
      features: [{ name: 'x' }, { name: 'text', default: 'none' }],
    },
    source: SOURCE,
    entity: { kind: 'Entity', name: 'one', keys: [{ name: 'k', type: 'INT64' }] },
    version: 1,
    id: 1,
  });
  const document = { kind: 'FeatureService', name: 'f', entries: [{ featureSet: 'set' }] } as const;
  const requestInputs = [{ name: 'input', type: 'BYTES' as ValueType }];
  return compileFeatureService(
    { ...document, requestInputs, ...(answerLog !== undefined && { answerLog }) },
    3,
    () => set,
  );
}

const SERVICE = serviceWith();

const EVENT_US = 1_600_000_000_000_001n;

type Row = {
  readonly key: bigint | null;
  readonly input: Uint8Array | null;
  readonly values: readonly [number | null, string | null];
  readonly sequence: bigint | null;
};

const ROW: Row = { key: 7n, input: null, values: [1.5, 'a'], sequence: 4n };

function answerOf(rows: readonly Row[], service = SERVICE, project = 'p'): ServedAnswer {
  const column = (type: ValueType, values: readonly Value[]) => columnOf(type, values);
  return {
    project,
    service,
    asked: {
      rowCount: rows.length,
      columns: new Map([
        [
          'k',
          column(
            'INT64',
            rows.map(({ key }) => key),
          ),
        ],
        [
          'input',
          column(
            'BYTES',
            rows.map(({ input }) => input),
          ),
        ],
      ]),
    },
    answer: {
      asOfUs: 1_700_000_000_000_001n,
      entityCount: rows.length,
      entries: [
        {
          states: rows.map(({ sequence }) => (sequence === null ? 'NOT_FOUND' : 'ALIVE')),
          values: rows.map(({ sequence, values }) => (sequence === null ? [] : values)),
          eventTimes: rows.map(({ sequence }) => (sequence === null ? null : EVENT_US)),
          sequences: rows.map(({ sequence }) => sequence),
        },
      ],
      reads: [],
    },
  };
}

type Setting = { readonly share?: number; readonly maxBytes?: number; readonly maxAgeUs?: bigint };

function opened({ share = 1, maxBytes = 2 ** 20, maxAgeUs = 1_600n }: Setting = {}) {
  const folder = temporaryFolder('answers');
  const clock = new ManualClock(0n);
  const defects: unknown[] = [];
  const open = () =>
    new AnswerLog({
      files: new AnswerFiles(folder, { maxBytes, maxAgeUs }, clock),
      share,
      onDefect: (cause) => defects.push(cause),
    });
  return { folder, clock, defects, open, log: open() };
}

async function keysIn(log: AnswerLog, project = 'p'): Promise<readonly unknown[]> {
  const keys: unknown[] = [];
  for await (const answer of log.answers(project)) keys.push(answer.keys['k']);
  return keys;
}

describe('the answer log', () => {
  it('reads back what was served, bit for bit (S2)', () => {
    const row = fc.record({
      key: fc.option(fc.bigInt({ min: -(2n ** 63n), max: INT64_MAX })),
      input: fc.option(fc.uint8Array()),
      values: fc.tuple(
        fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
        fc.option(fc.string({ unit: 'grapheme' })),
      ),
      sequence: fc.option(fc.bigInt({ min: -1n, max: INT64_MAX })),
    });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 3 }), (rows) => {
        const served = answerOf(rows);
        rows.forEach((_, i) => {
          const line = answerLineWriter(SERVICE)(served, i);
          expect(line.indexOf('\n')).toBe(line.length - 1);
          const read = parseAnswerLine(line)!;
          expect(read).toMatchObject({
            project: 'p',
            featureService: { name: 'f', version: 3 },
            features: null,
          });
          expect(read.asOfUs).toBe(served.answer.asOfUs);
          expect(read.sequences).toEqual(new Map([['set', rows[i]!.sequence]]));
          expect(read.eventTimes).toEqual(new Map([['set', rows[i]!.sequence === null ? null : EVENT_US]]));
          // Written again it is the same text, so no bit of a value was lost.
          expect(answerLineWriter(SERVICE)(answerOf([again(read, rows[i]!)]), 0)).toBe(line);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('leaves out lines that are torn, and those of other projects', async () => {
    const { folder, log, open } = opened();
    log.offer(answerOf([ROW]));
    log.offer(answerOf([{ ...ROW, key: 8n }], SERVICE, 'other'));
    log.offer(answerOf([{ ...ROW, key: 9n }]));
    await log.close();
    const file = join(folder, readdirSync(folder)[0]!);
    writeFileSync(file, '{"project":"p","featureServ\n{"project":"p",\n{"project":"p","asOf":"2', {
      flag: 'a',
    });
    const later = open();
    later.offer(answerOf([{ ...ROW, key: 10n }]));
    expect(await keysIn(later)).toEqual([7, 9, 10]);
    expect(await keysIn(later, 'other')).toEqual([8]);
    expect(later.counts('p')).toEqual({ logged: 1, dropped: 0 });
    await later.close();
  });

  it.each([
    ['the configured share', undefined, 0, 0],
    ['the share of a feature service', 1, 0, 1],
    ['none where a feature service wants none', 0, 1, 0],
  ])('logs %s', async (_, own, share, logged) => {
    const { log } = opened({ share });
    log.offer(answerOf([ROW], serviceWith(own)));
    await log.settle();
    expect(log.counts('p').logged).toBe(logged);
    await log.close();
  });

  it('drops and counts what would wait beyond its bound, and takes answers again once that is written', async () => {
    const { log } = opened();
    // Three values an entity with the one that each answer counts for itself: 300,000 of a million.
    const large = new Array<Row>(100_000).fill(ROW);
    for (let i = 0; i < 5; i++) log.offer(answerOf(large));
    // What is not sampled is not lost.
    log.offer(answerOf(large, serviceWith(0.001)));
    expect(log.counts('p')).toEqual({ logged: 0, dropped: 200_000 });
    log.offer(answerOf([ROW]));
    await log.settle();
    expect(log.counts('p')).toEqual({ logged: 300_001, dropped: 200_000 });
    await log.close();
  }, 60_000);

  it('counts what the disk refused, and goes on', async () => {
    const { folder, log, defects } = opened();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'no folder');
    log.offer(answerOf([ROW]));
    await log.settle();
    expect([log.counts('p'), defects.length]).toEqual([{ logged: 0, dropped: 1 }, 1]);
    rmSync(folder);
    log.offer(answerOf([ROW]));
    await log.settle();
    expect(log.counts('p')).toEqual({ logged: 1, dropped: 1 });
    await log.close();
  });

  it('is bounded in bytes: whole files go, the oldest first', async () => {
    const { folder, log } = opened({ maxBytes: 16_000 });
    for (let key = 0n; key < 200n; key++) {
      log.offer(answerOf([{ ...ROW, key }]));
      await log.settle();
      const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
      expect(bytes).toBeLessThanOrEqual(16_000);
    }
    const keys = await keysIn(log);
    expect(keys.length).toBeGreaterThan(60);
    expect(keys).toEqual(Array.from(keys, (_, i) => 200 - keys.length + i));
    await log.close();
  });

  it('is bounded in age, also where no answer comes any more', async () => {
    const { folder, clock, log } = opened({ maxAgeUs: 1_600n });
    for (const [nowUs, key] of [
      [0n, 1n],
      [99n, 2n],
      [101n, 3n],
      [1_700n, 4n],
    ] as const) {
      clock.set(nowUs);
      log.offer(answerOf([{ ...ROW, key }]));
      await log.settle();
    }
    expect(await keysIn(log)).toEqual([1, 2, 3, 4]);
    clock.set(1_701n);
    await log.trim();
    expect(await keysIn(log)).toEqual([3, 4]);
    clock.set(10_000n);
    await log.trim();
    expect(readdirSync(folder)).toEqual([]);
    log.offer(answerOf([ROW]));
    expect(await keysIn(log)).toEqual([7]);
    await log.close();
  });
});

/** The row that a logged answer says. */
function again(read: NonNullable<ReturnType<typeof parseAnswerLine>>, row: Row): Row {
  const { keys, inputs, statuses } = read;
  const [x, text] = read.values.map((value, i) => (statuses[i] === 'NULL' ? null : value)) as [
    number | null,
    string | null,
  ];
  const [k, input] = [keys['k'], inputs['input']];
  return {
    key: k === null ? null : BigInt(k as string),
    input: input === null ? null : Buffer.from(input as string, 'base64'),
    values: [x === null ? null : Number(x), text],
    sequence: row.sequence,
  };
}

describe('sampled keys', () => {
  const asked = (keys: readonly Value[]) => ({
    rowCount: keys.length,
    columns: new Map([['k', columnOf(typeof keys[0] === 'bigint' ? 'INT64' : 'STRING', keys)]]),
  });

  it.each([
    ['numbers', Array.from({ length: 20_000 }, (_, i) => BigInt(i))],
    ['texts', Array.from({ length: 20_000 }, (_, i) => `customer-${i}`)],
  ])('are about the share of all keys, the same ones in a larger share: %s', (_, keys) => {
    const batch = asked(keys);
    const [tenth, fifth] = [keySampler(['k'], 0.1), keySampler(['k'], 0.2)];
    const rows = keys.map((_, row) => row);
    const sampled = rows.filter((row) => tenth(batch, row));
    expect(Math.abs(sampled.length - 2_000)).toBeLessThan(150);
    expect(sampled.every((row) => fifth(batch, row))).toBe(true);
    expect(rows.filter((row) => fifth(batch, row)).length).toBeLessThan(4_250);
  });
});
