import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { ServiceEntry, WindowedServiceFeature } from '../../compile/service-reads.js';
import { jsonParser } from '../../definition/json-value.js';
import type { Value } from '../../definition/value.js';
import { type Span, spanOf } from '../../definition/window.js';
import type { KeyRowsQuery } from '../../offline/store.js';
import { keyOf } from '../explain/key-rows.js';
import type { Difference } from './difference.js';
import type { WantedRows } from './logged-rows.js';

/** What one entry had to do with a difference: the rows of a key that its value rests on. */
export type EntryQuestion = {
  readonly difference: Difference;
  readonly entry: ServiceEntry;
  /** The feature itself, where the difference is in a windowed one and in nothing that is computed of it. */
  readonly feature: WindowedServiceFeature | null;
  /** Of a window its rows, of newest values all up to T. */
  readonly span: Span;
  readonly wanted: WantedRows;
};

/** Rows that are looked at for one question. */
const MAX_ROWS = 10_000;

/** Rows of newest values that are looked at: the one that was served is among the newest. */
const MAX_LATEST_ROWS = 100;

/** The questions that a difference asks, one an entry that its value rests on and that knew anything of a whole key. */
export function entryQuestions(
  service: CompiledFeatureService,
  difference: Difference,
): readonly EntryQuestion[] {
  return entriesOf(service, difference).flatMap((entry): EntryQuestion[] => {
    const throughSequence = difference.answer.sequences.get(entry.alias) ?? null;
    const key = keyOf(entry, (name) => loggedKey(service, difference, name));
    if (throughSequence === null || key === null) return [];
    const feature = featureOf(entry, difference);
    const span = spanOfEntry(entry, feature, difference.answer.asOfUs);
    return [{ difference, entry, feature, span, wanted: { key, ...span, throughSequence } }];
  });
}

/** The rows of history that answer a question. */
export function rowsQuery(project: string, { entry, wanted }: EntryQuestion): KeyRowsQuery {
  const { featureSet, kind } = entry;
  const limit = kind === 'latest' ? MAX_LATEST_ROWS : MAX_ROWS;
  return { project, source: featureSet.source, keyColumns: featureSet.keyColumns, ...wanted, limit };
}

function entriesOf(
  { entries, reads }: CompiledFeatureService,
  { feature }: Difference,
): readonly ServiceEntry[] {
  const own = entries.filter(({ shown }) => shown.some(({ outputName }) => outputName === feature));
  if (own.length > 0) return own;
  const read = reads.find(({ name }) => name === feature);
  return (read?.entries ?? []).map((place) => entries[place]!);
}

function featureOf(entry: ServiceEntry, { feature }: Difference): WindowedServiceFeature | null {
  if (entry.kind === 'latest') return null;
  return entry.shown.find(({ outputName }) => outputName === feature) ?? null;
}

function loggedKey({ keyColumns }: CompiledFeatureService, { answer }: Difference, name: string): Value {
  const { type } = keyColumns.find((column) => column.name === name)!;
  const parsed = jsonParser(type)(answer.keys[name]);
  return 'value' in parsed ? parsed.value : null;
}

/** All windows of an entry that is read for something computed. */
function spanOfEntry(entry: ServiceEntry, feature: WindowedServiceFeature | null, asOfUs: bigint): Span {
  if (entry.kind === 'latest') return { afterUs: null, throughUs: asOfUs };
  const features = feature === null ? entry.features : [feature];
  const spans = features.map(({ window }) => spanOf(window, asOfUs));
  const afters = spans.map(({ afterUs }) => afterUs);
  return {
    afterUs: afters.includes(null)
      ? null
      : (afters as bigint[]).reduce((least, us) => (us < least ? us : least)),
    throughUs: spans.reduce(
      (most, { throughUs }) => (throughUs > most ? throughUs : most),
      spans[0]!.throughUs,
    ),
  };
}
