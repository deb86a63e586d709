import { join } from 'node:path';
import type { Table } from 'apache-arrow';
import type { Document, ModelDocument } from '../../../src/definition/document.js';
import { parseTimestamp } from '../../../src/definition/time.js';
import type { Check, Outcome } from '../check.js';
import { replayModel } from '../replay-model.js';
import { onStage, prepareModel, type Stage } from '../replay-stage.js';

const SPAN = { from: '2013-07-08T04:00:00Z', to: '2013-07-15T04:00:00Z' } as const;

/** Blocks of time; each but the first is scored by a model of the blocks before it. */
const BLOCKS = 3;

/**
 * What a model reads of another one, over a quarter of flights, is for every row what a model gives that was trained on the
 * rows before the row's block alone, made as a model of its own; nothing in the first block; from evaluation on the final model's.
 */
export const cascade: Check = {
  name: 'cascade',
  bar: 'every row sees what a model of earlier rows alone predicts for it, the same bits',
  defect: {
    file: 'src/model/in-time.js',
    find: 'us >= finalFromUs',
    replace: 'us !== null',
  },
  run: () => onStage(SPAN, compareAll),
};

const DELAY = replayModel().find((document) => document.kind === 'Model')!;

/** Shows what it reads: 0 where there is nothing. */
const READER: ModelDocument = {
  ...DELAY,
  name: 'reader',
  cascade: [{ alias: 'late', model: 'folded' }],
  transform: [
    { name: 'is_known', expression: 'late__probability IS NOT NULL' },
    { name: 'late', expression: 'COALESCE(late__probability, 0.0)' },
  ],
};

async function compareAll(stage: Stage): Promise<Outcome> {
  const { client, dataDir } = stage;
  const { trainingSet } = await prepareModel(stage, SPAN);
  const train = async (model: Document): Promise<void> => {
    await client.apply([model]);
    await client.waitForJob(await client.train(model.name, trainingSet));
  };
  await train({ ...DELAY, name: 'folded', trainer: { ...DELAY.trainer, folds: { count: BLOCKS } } });
  await train(READER);
  const { record } = await client.modelVersion('folded', 1);
  const { folds } = record as { readonly folds: readonly { readonly from: string }[] };
  for (const [index, { from }] of folds.entries())
    await train({ ...DELAY, name: `before${index}`, split: { evaluateFrom: from } });
  const frame = { kind: 'parquet', path: join(dataDir, 'training.parquet') } as const;
  const { table } = await client.retrieve(frame, { featureService: 'replayed', time: 'as_of' });
  const models = [...folds.map((_, index) => `before${index}`), 'replayed'];
  const predicted = await Promise.all(
    models.map(async (model) => probabilities(await client.vectors(model, 1, table))),
  );
  const edges = [...folds.map(({ from }) => from), DELAY.split.evaluateFrom].map(
    (text) => parseTimestamp(text)!,
  );
  const expected = timesOf(table).map((us, row) => {
    const block = edges.findLastIndex((edge) => edge <= us);
    return block < 0 ? null : Math.fround(predicted[block]![row]!);
  });
  return judge(expected, seenBy(await client.vectors('reader', 1, table)));
}

function judge(expected: readonly (number | null)[], seen: readonly (number | null)[]): Outcome {
  const differing = expected.filter((value, row) => !Object.is(value, seen[row])).length;
  const unknown = expected.filter((value) => value === null).length;
  const ok = differing === 0 && unknown > 0 && seen.length === expected.length;
  return { ok, figure: `${expected.length} rows, ${unknown} of the first block, ${differing} different` };
}

function probabilities(table: Table): readonly number[] {
  return [...table.getChild('probability')!];
}

function seenBy(table: Table): readonly (number | null)[] {
  return [...table.getChild('vector')!].map((row) => (row.get(0) === 1 ? row.get(1) : null));
}

/** T of each row, microseconds. */
function timesOf(table: Table): readonly bigint[] {
  const column = table.getChild('as_of')!;
  return column.data.flatMap(({ values, length }) => [...(values as BigInt64Array).subarray(0, length)]);
}
