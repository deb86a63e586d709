import type { CompiledFeatureService } from '../compile/feature-service.js';
import { compileReads } from '../compile/read-kernel.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';

/** What the read expressions of an answer see: the rows found, the request, and T. */
export type ReadRows = {
  readonly asOfUs: bigint;
  readonly entries: readonly EntryValues[];
  readonly asked: ColumnBatch;
};

/** The read expressions of a service. */
export type LookupReads = {
  readonly count: number;
  /** Computes them for one entity of an answer: values before defaults, in their order. */
  readonly row: (rows: ReadRows, row: number) => readonly Value[];
};

/** Compiled once a service. */
export function lookupReads(service: CompiledFeatureService): LookupReads {
  const count = service.reads.length;
  if (count === 0) return { count, row: () => [] };
  const kernel = compileReads(service.reads);
  const inputs = kernel.inputs.map((name) => inputOf(service, name));
  const row: LookupReads['row'] = ({ asOfUs, entries, asked }, at) =>
    kernel.row(
      inputs.map((input) => input(entries, asked, at)),
      asOfUs,
    );
  return { count, row };
}

/** Of each entity the values of one feature set, before defaults; none where its row gives none. */
type EntryValues = { readonly values: readonly (readonly Value[])[] };

type Input = (entries: readonly EntryValues[], asked: ColumnBatch, row: number) => Value;

/** A feature, its default in the place of a missing value (S7), or a request input. */
function inputOf({ entries }: CompiledFeatureService, name: string): Input {
  for (const [place, { features }] of entries.entries()) {
    const feature = features.find(({ outputName }) => outputName === name);
    if (feature === undefined) continue;
    const { index, defaultValue } = feature;
    return (answers, _, row) => answers[place]!.values[row]![index] ?? defaultValue;
  }
  return (_, asked, row) => valueAt(asked.columns.get(name)!, row);
}
