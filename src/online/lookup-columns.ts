import type { CompiledFeatureService } from '../compile/feature-service.js';
import { type Column, ColumnBuilder } from '../definition/column-batch.js';
import type { LookupAnswer } from './lookup.js';

/** The values of an answer, one column an output of the service, defaults in place of missing values (S7). */
export function lookupColumns(
  service: CompiledFeatureService,
  { entityCount, entries }: LookupAnswer,
): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>();
  service.entries.forEach(({ features }, i) => {
    const { values } = entries[i]!;
    for (const { type, index, defaultValue, outputName } of features) {
      const builder = new ColumnBuilder(type, entityCount);
      for (let row = 0; row < entityCount; row++) builder.set(row, values[row]![index] ?? defaultValue);
      columns.set(outputName, builder.finish());
    }
  });
  return columns;
}
