import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { isLabelSet } from '../../compile/label-set.js';
import { duckdbType, quoteIdentifier } from '../../compile/sql/duckdb.js';
import {
  activeColumn,
  featureColumn,
  matchColumn,
  type WindowedSource,
} from '../../compile/sql/point-in-time.js';
import { CLOCK_BOUND_US, type KeyedHistory } from '../../compile/sql/point-in-time-steps.js';
import { aheadOf, reachOf, windowKeysSql, windowQuestionsSql } from '../../compile/sql/window-rows.js';
import { instantsOf } from '../../compile/window/instants.js';
import type { Steps } from '../../compile/window/steps.js';
import { WindowAnswers } from '../../compile/window/window-answers.js';
import type { WindowQuestions } from '../../compile/window/window-rows.js';
import { type WindowAnswerer, windowAnswerer } from '../../compile/window/windowed-values.js';
import type { Column } from '../../definition/column-batch.js';
import { CHUNK_ROWS, chunkOf } from './duckdb-column.js';
import { columnsOf, requireAscending } from './duckdb-columns.js';
import { fillTable, rowsOf } from './duckdb-session.js';
import type { WindowBlock } from './duckdb-window-block.js';
import type { WindowAxis } from './duckdb-window-columns.js';
import { MOST_KEY_BYTES, WINDOW_KEYS, WindowBlocks } from './duckdb-window-rows.js';

/** Questions that are read together. */
const PAGE_ROWS = 131_072;

/** Chunks of answers that are written in one turn. */
const FLUSHED_CHUNKS = 8;

const QUESTIONS = '"~window_questions"';

/** By which rule values are computed: `record` by a column of the frame, quoted, `served` from an instant on; null is never. */
export type WindowsBy =
  | { readonly kind: 'known' | 'event' }
  | { readonly kind: 'record'; readonly column: string }
  | { readonly kind: 'served'; readonly activeUs: bigint | null; readonly maxSkewUs: bigint };

export type WindowsWork = {
  readonly connection: DuckDBConnection;
  readonly source: WindowedSource;
  readonly history: KeyedHistory;
  /** Place of the entry in the service. */
  readonly entry: number;
  /** FROM item of what is asked: `"~row"`, `"~t"`, the keys. */
  readonly from: string;
  readonly by: WindowsBy;
  /** Table for the values, unquoted. */
  readonly into: string;
  readonly signal: AbortSignal | undefined;
};

/** How many values of each feature of the entry are of a kind (S17, S18), as {@link WindowAnswers} has them. */
export type WindowCounts = {
  readonly leaks: Float64Array;
  readonly assumed: Float64Array;
  readonly uncertain: Float64Array;
  readonly immature: Float64Array;
};

/**
 * Computes the features of a windowed entry and leaves them in a temporary table, one row a row asked for: `"~row"`, the
 * values before their defaults ({@link featureColumn}), `activeColumn`, and whether one of the values rests on an assumed
 * created time (`matchColumn`), differs between `known` and `event` (`"~leak"`), is not claimed (`"~uncertain"`).
 */
export async function computeWindows(work: WindowsWork): Promise<WindowCounts> {
  const { connection, source, history, by, into } = work;
  const { features } = source.entry;
  const asked = { from: work.from, keys: source.frameKeys };
  const windows = features.map(({ window }) => window);
  const reach = { reachUs: reachOf(windows), aheadUs: aheadOf(windows) };
  await fillTable(connection, WINDOW_KEYS, windowKeysSql(asked, reach));
  const record = by.kind === 'record' ? by.column : null;
  await fillTable(connection, QUESTIONS, windowQuestionsSql(asked, WINDOW_KEYS, record));
  const axis: WindowAxis = by.kind === 'record' || by.kind === 'served' ? by.kind : 'time';
  const countsAssumed = by.kind === 'known';
  const rows = { source, history, axis, countsAssumed, mostKeyBytes: MOST_KEY_BYTES };
  const blocks = await WindowBlocks.open(connection, rows);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${quoteIdentifier(into)} (${tableColumns(work).join(', ')})`,
  );
  const counts = {
    leaks: new Float64Array(features.length),
    assumed: new Float64Array(features.length),
    uncertain: new Float64Array(features.length),
    immature: new Float64Array(features.length),
  };
  const appender = await connection.createAppender(into);
  try {
    const asker = new BlockAnswers(work, blocks);
    for await (const page of questionPages(connection, by, source)) {
      const answers = await asker.answer(page);
      // Statements of one connection wait for each other, and an appender's keep the thread waiting.
      await blocks.settle();
      await appendAnswers(appender, page, answers);
      for (const kind of COUNTED) add(counts[kind], answers[kind].counts);
    }
  } finally {
    await blocks.settle();
    appender.closeSync();
  }
  await blocks.close();
  await connection.run(`DROP TABLE ${QUESTIONS}`);
  return counts;
}

const COUNTED = ['leaks', 'assumed', 'uncertain', 'immature'] as const;

function tableColumns({ source, entry }: WindowsWork): readonly string[] {
  return [
    '"~row" BIGINT',
    `${activeColumn(entry)} BOOLEAN`,
    `${matchColumn(entry, 'assumed')} BOOLEAN`,
    '"~leak" BOOLEAN',
    '"~uncertain" BOOLEAN',
    ...source.entry.features.map(({ index, type }) => `${featureColumn(entry, index)} ${duckdbType(type)}`),
  ];
}

function add(total: Float64Array, more: Float64Array): void {
  for (let i = 0; i < total.length; i++) total[i]! += more[i]!;
}

/** Questions in the order of their keys, and the frame's row of each. */
type QuestionPage = WindowQuestions & { readonly rows: Column };

async function* questionPages(
  connection: DuckDBConnection,
  by: WindowsBy,
  { entry, snapshotUs }: WindowedSource,
): AsyncIterable<QuestionPage> {
  const isLabel = isLabelSet(entry.featureSet);
  const [row] = await rowsOf(connection, `SELECT count(*) FROM ${QUESTIONS}`);
  const total = Number(row![0]);
  for (let first = 0; first < total; first += PAGE_ROWS) {
    const count = Math.min(PAGE_ROWS, total - first);
    const sql = `SELECT "~key", "~row", "~t"${by.kind === 'record' ? ', "~through"' : ''} FROM ${QUESTIONS} WHERE "~place" > ${first} AND "~place" <= ${first + count}`;
    const types = [
      'FLOAT64',
      'INT64',
      'TIMESTAMP',
      ...(by.kind === 'record' ? (['INT64'] as const) : []),
    ] as const;
    const [keys, rows, asOf, through] = await columnsOf(connection, sql, types, count);
    requireAscending(keys!.values as Float64Array);
    const times = asOf!.values as BigInt64Array;
    yield {
      count,
      keys: keys!.values as Float64Array,
      rows: rows!,
      snapshotUs: isLabel ? (snapshotUs ?? BEFORE_ALL) : null,
      times: instantsOf(times),
      ...activity(by, times, through ?? null),
    };
  }
}

/** Before every T: what knows no row. */
const BEFORE_ALL = -(2n ** 63n);

/** Of each question whether the set was active, and in `served` by a record how far it knew (S18). */
function activity(
  by: WindowsBy,
  times: BigInt64Array,
  record: Column | null,
): Pick<WindowQuestions, 'servedThrough' | 'active' | 'activeUncertain'> {
  if (by.kind === 'record') {
    const active = record!.valid ?? new Uint8Array(times.length).fill(1);
    return { servedThrough: instantsOf(record!.values as BigInt64Array), active, activeUncertain: null };
  }
  if (by.kind !== 'served') return { servedThrough: null, active: null, activeUncertain: null };
  const { activeUs, maxSkewUs } = by;
  const active = new Uint8Array(times.length);
  const activeUncertain = new Uint8Array(times.length);
  if (activeUs === null) return { servedThrough: null, active, activeUncertain: null };
  const [earliestUs, latestUs] = [activeUs - CLOCK_BOUND_US, activeUs + CLOCK_BOUND_US + maxSkewUs];
  for (let i = 0; i < times.length; i++) {
    const us = times[i]!;
    active[i] = Number(us >= activeUs);
    activeUncertain[i] = Number(us >= earliestUs && us < latestUs);
  }
  return { servedThrough: null, active, activeUncertain };
}

/** Answers pages of questions whose keys ascend, also from page to page. */
class BlockAnswers {
  /** Of the block that was asked last: a key may have questions on many pages. */
  private last: { readonly block: WindowBlock; readonly answer: WindowAnswerer } | null = null;

  constructor(
    private readonly work: WindowsWork,
    private readonly blocks: WindowBlocks,
  ) {}

  async answer(page: QuestionPage): Promise<WindowAnswers> {
    const { signal, source } = this.work;
    const answers = new WindowAnswers(source.entry.features, page.count);
    for (let start = 0; start < page.count; ) {
      const { block, answer } = await this.answererOf(page.keys[start]!);
      const end = block.lastKey === Number.POSITIVE_INFINITY ? page.count : endOf(page, start, block.lastKey);
      await inTurns(answer(page, { start, end }, answers), signal);
      start = end;
    }
    return answers;
  }

  private async answererOf(
    key: number,
  ): Promise<{ readonly block: WindowBlock; readonly answer: WindowAnswerer }> {
    const { last } = this;
    if (last !== null && key <= last.block.lastKey) return last;
    // Of two blocks that are asked only one is held.
    this.last = null;
    const { source, by, signal } = this.work;
    const { features, featureSet } = source.entry;
    const block = await this.blocks.of(key);
    const rule = by.kind === 'record' ? 'served' : by.kind;
    const steps = windowAnswerer({ features, states: featureSet.states }, block.rows, rule);
    this.last = { block, answer: await inTurns(steps, signal) };
    return this.last;
  }
}

/** The first question from `start` on that asks for a key behind `lastKey`. */
function endOf({ keys, count }: QuestionPage, start: number, lastKey: number): number {
  let end = start;
  while (end < count && keys[end]! <= lastKey) end++;
  return end;
}

/** Runs work to its end and gives others a turn after each piece. */
async function inTurns<Result>(steps: Steps<Result>, signal: AbortSignal | undefined): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
    signal?.throwIfAborted();
  }
}

async function appendAnswers(
  appender: DuckDBAppender,
  page: QuestionPage,
  answers: WindowAnswers,
): Promise<void> {
  const bools = (values: Uint8Array): Column => ({ type: 'BOOL', values, valid: null });
  const columns = [
    page.rows,
    bools(page.active ?? new Uint8Array(page.count).fill(1)),
    bools(answers.assumed.rows),
    bools(answers.leaks.rows),
    bools(answers.uncertain.rows),
    ...answers.columns(),
  ];
  for (let start = 0; start < page.count; start += CHUNK_ROWS) {
    appender.appendDataChunk(chunkOf(columns, start, Math.min(CHUNK_ROWS, page.count - start)));
    if ((start / CHUNK_ROWS) % FLUSHED_CHUNKS !== 0) continue;
    appender.flushSync();
    await nextTurn();
  }
}
