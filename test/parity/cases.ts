import type { OperationId } from '../../src/compile/operation/table.js';
import { Random } from '../verify/rows/random.js';
import { Generator } from './generator.js';
import type { Made } from './made.js';
import type { Row } from './oracle.js';
import { Pools, seedOf } from './pool.js';
import { rowsOf } from './rows.js';
import { OPERATION_IDS } from './shape.js';

/** Cases that share their rows. */
export type CaseBatch = {
  /** As somebody sends them: not through a door yet. */
  readonly rows: readonly Row[];
  readonly cases: readonly ParityCase[];
};

/** One expression over the rows of its batch, with the oracle's answers. */
export type ParityCase = { readonly number: number; readonly made: Made };

export type CaseChoice = {
  readonly seed: number;
  /** Numbers of the cases: from, and how many. */
  readonly from: number;
  readonly count: number;
  /** Operations that take turns at being in a case; default all. */
  readonly operations?: readonly OperationId[];
};

/** Generates cases; one of a number is the same whichever others are asked for, as long as seed and operations are. */
export function* caseBatches({ seed, from, count, operations }: CaseChoice): IterableIterator<CaseBatch> {
  const ids = operations ?? OPERATION_IDS;
  let block = -1;
  let pools = new Pools(0);
  for (let at = from; at < from + count; ) {
    const batch = Math.floor(at / BATCH);
    const end = Math.min((batch + 1) * BATCH, from + count);
    if (Math.floor(batch / BATCHES_A_BLOCK) !== block) {
      block = Math.floor(batch / BATCHES_A_BLOCK);
      pools = new Pools(seedOf(seed, 'values', block));
    }
    const rows = rowsOf(ROWS, pools, new Random(seedOf(seed, 'rows', batch)));
    const numbers = Array.from({ length: end - at }, (_, index) => at + index);
    yield {
      rows,
      cases: numbers.map((number) => {
        const random = new Random(seedOf(seed, 'case', number));
        const made = new Generator({ rows, pools, random }).expressionWith(ids[number % ids.length]!);
        return { number, made };
      }),
    };
    at = end;
  }
}

/** Rows that every expression is computed for. */
const ROWS = 8;
/** Expressions of one query, so that its overhead does not decide how many cases there are in a minute. */
const BATCH = 100;
/** Batches that draw from the same values. */
const BATCHES_A_BLOCK = 50;
