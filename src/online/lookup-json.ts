import type { CompiledFeatureService } from '../compile/feature-service.js';
import { type Column, valueAt } from '../definition/column-batch.js';
import { jsonTextOf } from '../definition/json-text.js';
import { formatTimestamp } from '../definition/time.js';
import type { LookupAnswer } from './lookup.js';

/** What an answer says beside its values. */
export const LOOKUP_PARTS = ['statuses', 'eventTimes', 'sequences'] as const;

export type LookupPart = (typeof LOOKUP_PARTS)[number];

export type LookupJsonOptions = {
  readonly include: readonly LookupPart[];
  /** Left out where there are none. */
  readonly warnings: readonly string[];
};

/**
 * An answer as JSON text: one result an entity, one value, status and event time a feature. Written by hand: an answer has
 * thousands of values, and objects of them would be made, walked and thrown away.
 */
export function lookupJson(
  service: CompiledFeatureService,
  answer: LookupAnswer,
  { include, warnings }: LookupJsonOptions,
): string {
  const { rowCount } = answer.values;
  const members = [`"values":`, `"statuses":`, `"eventTimes":`];
  const parts = [
    valueTexts(service, answer),
    include.includes('statuses') ? statusTexts(answer) : null,
    include.includes('eventTimes') ? eventTimeTexts(service, answer) : null,
  ];
  const results = rows(rowCount, (row) => {
    const written = parts.flatMap((columns, i) =>
      columns === null ? [] : [`${members[i]}[${columns.map((column) => column[row]).join(',')}]`],
    );
    return `{${written.join(',')}}`;
  });
  const sequences = include.includes('sequences') ? `,"sequences":[${sequenceTexts(service, answer)}]` : '';
  const warned = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`;
  const head = `"asOf":"${formatTimestamp(answer.asOfUs)}","features":${featuresText(service)}`;
  return `{${head},"results":[${results.join(',')}]${sequences}${warned}}`;
}

/** Texts by column, then by row. */
type Texts = readonly (readonly string[])[];

function valueTexts(service: CompiledFeatureService, { values }: LookupAnswer): Texts {
  return service.outputs.map(({ name }) => columnTexts(values.columns.get(name)!, values.rowCount));
}

function columnTexts(column: Column, rowCount: number): readonly string[] {
  const text = jsonTextOf(column.type);
  return rows(rowCount, (row) => text(valueAt(column, row)));
}

function statusTexts({ statuses }: LookupAnswer): Texts {
  return statuses.map((column) => column.map((status) => `"${status}"`));
}

/** Every feature of an entry has the event time of its row. */
function eventTimeTexts(service: CompiledFeatureService, { eventTimes }: LookupAnswer): Texts {
  return service.entries.flatMap(({ features }, i) => {
    const texts = eventTimes[i]!.map((us) => (us === null ? 'null' : `"${formatTimestamp(us)}"`));
    return features.map(() => texts);
  });
}

function sequenceTexts(service: CompiledFeatureService, { sequences, values }: LookupAnswer): string {
  const text = jsonTextOf('INT64');
  const names = service.entries.map(({ alias }) => JSON.stringify(alias));
  return rows(values.rowCount, (row) => {
    const members = names.map((name, i) => `${name}:${text(sequences[i]![row]!)}`);
    return `{${members.join(',')}}`;
  }).join(',');
}

function featuresText({ outputs }: CompiledFeatureService): string {
  return JSON.stringify(outputs.map(({ name }) => name));
}

function rows<T>(rowCount: number, of: (row: number) => T): T[] {
  const all: T[] = [];
  for (let row = 0; row < rowCount; row++) all.push(of(row));
  return all;
}
