import type { CompiledFeatureService, ServicePart } from '../compile/feature-service.js';
import type { ServiceEntry, ServiceFeature } from '../compile/service-reads.js';
import { jsonTextOf } from '../definition/json-text.js';
import { featureStatus, type Status } from '../definition/status.js';
import { formatTimestamp } from '../definition/time.js';
import type { Value } from '../definition/value.js';
import type { LookupAnswer } from './lookup.js';
import { TextInTurns } from './text-in-turns.js';

/** What an answer says beside its values. */
export const LOOKUP_PARTS = ['statuses', 'eventTimes', 'sequences'] as const;

export type LookupPart = (typeof LOOKUP_PARTS)[number];

type LookupJsonOptions = {
  readonly include: readonly LookupPart[];
  /** Left out where there are none. */
  readonly warnings: readonly string[];
};

/**
 * Writes answers of a service as JSON in UTF-8: one result an entity, one value, status and event time a feature. Of many the
 * event loop gets its turns in between.
 */
export type LookupWriter = (answer: LookupAnswer, options: LookupJsonOptions) => Promise<Buffer>;

/**
 * Made once a service. The text is written by hand: an answer has thousands of values, and objects of them would be made,
 * walked and thrown away.
 */
export function lookupWriter(service: CompiledFeatureService): LookupWriter {
  const texts = answerTexts(service);
  const features = JSON.stringify(service.outputs.map(({ name }) => name));
  return async (answer, { include, warnings }) => {
    const { asOfUs, entityCount } = answer;
    const results = (row: number): string => {
      let text = `{"values":[${texts.values(answer, row)}]`;
      if (include.includes('statuses')) text += `,"statuses":[${texts.statuses(answer, row)}]`;
      if (include.includes('eventTimes')) text += `,"eventTimes":[${texts.eventTimes(answer, row)}]`;
      return `${text}}`;
    };
    const sequences = (row: number): string => `{${texts.sequences(answer, row)}}`;
    const text = new TextInTurns(`{"asOf":"${formatTimestamp(asOfUs)}","features":${features},"results":[`);
    await text.add(entityCount, results);
    if (include.includes('sequences')) {
      text.put('],"sequences":[');
      await text.add(entityCount, sequences);
    }
    return text.end(warnings.length === 0 ? ']}' : `],"warnings":${JSON.stringify(warnings)}}`);
  };
}

/** What an answer says of one of its entities, as JSON text without the brackets around. */
export type AnswerTexts = PartWriter & {
  /** Members, one an entry. */
  readonly sequences: (answer: LookupAnswer, row: number) => string;
  /** Members, one an entry of latest values in the answer: the event time of its row. */
  readonly rowTimes: (answer: LookupAnswer, row: number) => string;
};

/** Made once a service. */
export function answerTexts(service: CompiledFeatureService): AnswerTexts {
  const writers = service.parts.map((part) => partWriter(service, part));
  const names = service.entries.map(({ alias }) => JSON.stringify(alias));
  const timed = service.entries.flatMap(({ kind, shown }, entry) =>
    kind === 'latest' && shown.length > 0 ? [entry] : [],
  );
  const list =
    (what: keyof PartWriter) =>
    (answer: LookupAnswer, row: number): string =>
      each(writers.length, (i) => writers[i]![what](answer, row));
  return {
    values: list('values'),
    statuses: list('statuses'),
    eventTimes: list('eventTimes'),
    sequences: ({ entries }, row) =>
      names.map((name, i) => `${name}:${INT64(entries[i]!.sequences[row]!)}`).join(','),
    rowTimes: ({ entries }, row) =>
      timed.map((entry) => `${names[entry]}:${timeText(entries[entry]!.eventTimes[row]!)}`).join(','),
  };
}

/** The texts of one entity's features in one part of an answer, with commas between them. */
type PartWriter = {
  readonly [what in 'values' | 'statuses' | 'eventTimes']: (answer: LookupAnswer, row: number) => string;
};

function partWriter(service: CompiledFeatureService, part: ServicePart): PartWriter {
  return part.kind === 'entry'
    ? entryWriter(service.entries[part.entry]!, part.entry)
    : readsWriter(service, part.reads);
}

/** Computed values rest on several rows, so they have no event time of their own. */
function readsWriter({ reads }: CompiledFeatureService, places: readonly number[]): PartWriter {
  const texts = places.map((place) => valueText({ ...reads[place]!, index: place }));
  const eventTimes = repeatedText('null', places.length);
  return {
    values: (answer, row) => each(places.length, (i) => texts[i]!(answer.reads[row]!)),
    statuses: (answer, row) =>
      each(
        places.length,
        (i) => STATUS_TEXTS[featureStatus('ALIVE', answer.reads[row]![places[i]!] == null)],
      ),
    eventTimes: () => eventTimes,
  };
}

/** Writes the value at a place of a row, or its default. */
function valueText({ type, index, defaultValue }: WrittenFeature): (values: readonly Value[]) => string {
  const [text, defaultText] = [jsonTextOf(type), jsonTextOf(type)(defaultValue)];
  return (values) => {
    const value = values[index] ?? null;
    return value === null ? defaultText : text(value);
  };
}

type WrittenFeature = Pick<ServiceFeature, 'type' | 'index' | 'defaultValue'>;

function entryWriter({ shown: features }: ServiceEntry, place: number): PartWriter {
  const texts = features.map(valueText);
  const indices = features.map(({ index }) => index);
  const defaults = texts.map((text) => text([])).join(',');
  const repeated = (text: string): string => repeatedText(text, features.length);
  const withheld = {
    EXPIRED: repeated(STATUS_TEXTS.EXPIRED),
    NOT_FOUND: repeated(STATUS_TEXTS.NOT_FOUND),
  };
  return {
    values: ({ entries }, row) => {
      const { states, values } = entries[place]!;
      if (states[row] !== 'ALIVE') return defaults;
      return each(texts.length, (i) => texts[i]!(values[row]!));
    },
    statuses: ({ entries }, row) => {
      const { states, values } = entries[place]!;
      const [state, own] = [states[row]!, values[row]!];
      if (state !== 'ALIVE') return withheld[state];
      return each(features.length, (i) => STATUS_TEXTS[featureStatus(state, own[indices[i]!] == null)]);
    },
    eventTimes: ({ entries }, row) => {
      return repeated(timeText(entries[place]!.eventTimes[row]!));
    },
  };
}

function timeText(us: bigint | null): string {
  return us === null ? 'null' : `"${formatTimestamp(us)}"`;
}

function repeatedText(text: string, count: number): string {
  return `${text},`.repeat(count).slice(0, -1);
}

const STATUS_TEXTS: Readonly<Record<Status, string>> = {
  PRESENT: '"PRESENT"',
  NULL: '"NULL"',
  EXPIRED: '"EXPIRED"',
  NOT_FOUND: '"NOT_FOUND"',
};

const INT64 = jsonTextOf('INT64');

/** `count` texts with commas between them. */
function each(count: number, text: (index: number) => string): string {
  let all = '';
  for (let i = 0; i < count; i++) all += i === 0 ? text(i) : `,${text(i)}`;
  return all;
}
