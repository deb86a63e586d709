import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { jsonParser } from '../../definition/json-value.js';
import type { Value } from '../../definition/value.js';
import type { Span } from '../../definition/window.js';
import type { KeyRowsQuery } from '../../offline/store.js';
import { keyOf } from '../explain/key-rows.js';
import { type ReadFeature, restsOn, spanOfFeature } from '../explain/rests-on.js';
import type { Difference } from './difference.js';
import type { WantedRows } from './logged-rows.js';

/** What one feature that is read from rows had to do with a difference: the rows of a key that its value rests on. */
export type EntryQuestion = {
  readonly difference: Difference;
  readonly read: ReadFeature;
  /** Whether the difference is in this feature, and not in what is computed of it. */
  readonly isServed: boolean;
  /** Of a window its rows, of newest values all up to T. */
  readonly span: Span;
  readonly wanted: WantedRows;
};

/** Rows that are looked at for one question. */
const MAX_ROWS = 10_000;

/** Rows of newest values that are looked at: the one that was served is among the newest. */
const MAX_LATEST_ROWS = 100;

/** The questions that a difference asks, one a feature that its value rests on and that knew anything of a whole key. */
export function entryQuestions(
  service: CompiledFeatureService,
  difference: Difference,
): readonly EntryQuestion[] {
  const { sequences, asOfUs } = difference.answer;
  return restsOn(service, difference.feature).flatMap((read): EntryQuestion[] => {
    const throughSequence = sequences.get(read.entry.alias) ?? null;
    const key = keyOf(read.entry, (name) => loggedKey(service, difference, name));
    if (throughSequence === null || key === null) return [];
    const span = spanOfFeature(read, asOfUs);
    const isServed = read.feature.outputName === difference.feature;
    return [{ difference, read, isServed, span, wanted: { key, ...span, throughSequence } }];
  });
}

/** The rows of history that answer a question. */
export function rowsQuery(project: string, { read, wanted }: EntryQuestion): KeyRowsQuery {
  const { source, keyColumns } = read.entry.featureSet;
  const limit = read.kind === 'latest' ? MAX_LATEST_ROWS : MAX_ROWS;
  return { project, source, keyColumns, ...wanted, knownThrough: null, limit };
}

function loggedKey({ keyColumns }: CompiledFeatureService, { answer }: Difference, name: string): Value {
  const { type } = keyColumns.find((column) => column.name === name)!;
  const parsed = jsonParser(type)(answer.keys[name]);
  return 'value' in parsed ? parsed.value : null;
}
