import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeature } from '../compile/feature-set.js';
import { type Column, ColumnBuilder } from '../definition/column-batch.js';
import type { Value } from '../definition/value.js';
import type { LookupAnswer } from './lookup.js';

/** The values of an answer, one column an output of the service, defaults in place of missing values (S7). */
export function lookupColumns(
  service: CompiledFeatureService,
  { entityCount, entries, reads }: LookupAnswer,
): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  const add = (name: string, { type, defaultValue }: Output, rows: readonly Row[], place: number): void => {
    const builder = new ColumnBuilder(type, entityCount);
    for (let row = 0; row < entityCount; row++) builder.set(row, rows[row]![place] ?? defaultValue);
    columns.set(name, builder.finish());
  };
  for (const part of service.parts) {
    if (part.kind === 'reads') {
      for (const place of part.reads) add(service.reads[place]!.name, service.reads[place]!, reads, place);
    } else {
      for (const feature of service.entries[part.entry]!.shown)
        add(feature.outputName, feature, entries[part.entry]!.values, feature.index);
    }
  }
  return columns;
}

type Output = Pick<CompiledFeature, 'type' | 'defaultValue'>;

/** Values of one entity before defaults; none where its row gives none. */
type Row = readonly Value[];
