import type { CompiledFeatureService } from '../compile/feature-service.js';
import { type ColumnBatch, columnOf } from '../definition/column-batch.js';
import type { TypedColumn } from '../offline/file-reader.js';
import { sequenceName } from '../offline/store.js';

/** T in a frame of ours: no feature, key or input can have this name. */
export const TIME_COLUMN = 'as__of__T';

/** When an entity was asked for, and by alias what each feature set knew of it; null without a record (S18). */
type AskedAt = {
  readonly asOfUs: bigint;
  readonly sequences: ReadonlyMap<string, bigint | null> | null;
};

/** A frame for a retrieval of what was asked for, one row an entity: keys, inputs, {@link TIME_COLUMN} and the records, where there are any. */
export function recordFrame(
  { entries }: CompiledFeatureService,
  asked: ColumnBatch,
  at: readonly AskedAt[],
): ColumnBatch {
  const columns = new Map(asked.columns);
  columns.set(
    TIME_COLUMN,
    columnOf(
      'TIMESTAMP',
      at.map(({ asOfUs }) => asOfUs),
    ),
  );
  if (at.every(({ sequences }) => sequences === null)) return { rowCount: asked.rowCount, columns };
  for (const { alias } of entries) {
    const sequences = at.map((each) => each.sequences?.get(alias) ?? null);
    columns.set(sequenceName(alias), columnOf('INT64', sequences));
  }
  return { rowCount: asked.rowCount, columns };
}

/** The names and types of a frame's columns. */
export function frameColumns({ columns }: ColumnBatch): readonly TypedColumn[] {
  return [...columns].map(([name, { type }]) => ({ name, type }));
}
