import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transform } from '../compile/transform.js';
import { type ColumnBatch, finiteColumn, sliceRows } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { asOfColumn } from './as-of.js';
import type { ModelManifest, TrainingSetQuery } from './manifest.js';
import { scoresOf } from './postprocess.js';
import type { Scorer } from './scorer.js';

/** Some rows of a frame, as they came and as a model takes them. */
export type ModelRows = {
  readonly frame: ColumnBatch;
  /** The columns of the raw schema, what is not finite as NULL (S3). */
  readonly inputs: ColumnBatch;
  /** T of each row, microseconds, where the model needs it. */
  readonly asOf: BigInt64Array | undefined;
};

type ReaderOfRows = Pick<Scorer, 'readsAsOf'> & { readonly transform: Pick<Transform, 'width'> };

type Reader = { readonly manifest: ModelManifest; readonly scorer: ReaderOfRows };

/** Where T of each row stands, and how AS_OF() follows from it. */
type AsOfRule = Pick<TrainingSetQuery, 'time' | 'boundary'>;

type RowsOptions = {
  /** Default that of the training set. */
  readonly query?: AsOfRule;
  /** At most; fewer where vectors are wide. */
  readonly rowsAtOnce?: number;
};

/** Rows between two turns of the event loop: a few milliseconds of work. */
export const ROWS_AT_ONCE = 2048;

/** Numbers of their vectors at most, 4 MiB; a score counts as many, for what it takes to make it a probability. */
const NUMBERS_AT_ONCE = 2 ** 20;
const NUMBERS_A_SCORE = 8;

/**
 * The rows of a frame that holds features already, in order, some at a time, other work getting its turn between them;
 * at least one batch, which may be empty. AS_OF() is the time column of the training set unless told otherwise. Throws INVALID_FRAME for a column
 * that is missing or of another type.
 */
export async function* modelRows(
  model: Reader,
  frame: AsyncIterable<ColumnBatch>,
  { query = model.manifest.record.trainingSet.query, rowsAtOnce = ROWS_AT_ONCE }: RowsOptions = {},
): AsyncIterable<ModelRows> {
  const scores = scoresOf(model.manifest.postprocess);
  const numbers = Math.max(model.scorer.transform.width, scores * NUMBERS_A_SCORE);
  const most = Math.max(1, Math.min(rowsAtOnce, Math.floor(NUMBERS_AT_ONCE / numbers)));
  for await (const batch of frame) {
    requireInputs(model.manifest, batch);
    for (let from = 0; from === 0 || from < batch.rowCount; from += most) {
      yield rowsOf(model, query, sliceRows(batch, from, Math.min(from + most, batch.rowCount)));
      await nextTurn();
    }
  }
}

function rowsOf({ manifest, scorer }: Reader, query: AsOfRule, frame: ColumnBatch): ModelRows {
  const columns = manifest.schema.raw.map(
    ({ name }) => [name, finiteColumn(frame.columns.get(name)!)] as const,
  );
  const asOf = scorer.readsAsOf ? asOfColumn(query, frame) : undefined;
  return { frame, inputs: { rowCount: frame.rowCount, columns: new Map(columns) }, asOf };
}

function requireInputs({ schema }: ModelManifest, { columns }: ColumnBatch): void {
  const problems = schema.raw.flatMap(({ name, type }) => {
    const found = columns.get(name)?.type;
    if (found === type) return [];
    const what = found === undefined ? 'is missing' : `is ${found}`;
    return [{ path: name, message: `column "${name}" ${what}; the model takes it as ${type}` }];
  });
  if (problems.length === 0) return;
  const shown = problems.slice(0, MAX_PROBLEMS);
  throw new PlumblineError('INVALID_FRAME', shown.map(({ message }) => message).join('; '), {
    path: shown[0]!.path,
    problems: shown,
  });
}

/** Wrong columns that are listed. */
const MAX_PROBLEMS = 20;
