import type { CompiledFeatureService, ServicePart } from '../compile/feature-service.js';
import { jsonTextOf } from '../definition/json-text.js';
import { jsonFormer, stringifyJson } from '../definition/json-value.js';
import { featureStatus, type Status } from '../definition/status.js';
import { formatTimestamp } from '../definition/time.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
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
 * Writes answers of a service as JSON: one result an entity, one value, status and event time a feature. A short one is a text,
 * which goes out in one write; of many entities the event loop gets its turns in between, and it is bytes in UTF-8.
 */
export type LookupWriter = (answer: LookupAnswer, options: LookupJsonOptions) => Promise<string | Buffer>;

/** Made once a service: names, and what all features have in common, are texts by then. */
export function lookupWriter(service: CompiledFeatureService): LookupWriter {
  const texts = answerTexts(service);
  const features = JSON.stringify(service.outputs.map(({ name }) => name));
  return async (answer, { include, warnings }) => {
    const { asOfUs, entityCount } = answer;
    const [withStatuses, withTimes] = [include.includes('statuses'), include.includes('eventTimes')];
    const results = (row: number): string => {
      let text = `{"values":${texts.values(answer, row)}`;
      if (withStatuses) text += `,"statuses":${texts.statuses(answer, row)}`;
      if (withTimes) text += `,"eventTimes":${texts.eventTimes(answer, row)}`;
      return `${text}}`;
    };
    const text = new TextInTurns(`{"asOf":"${formatTimestamp(asOfUs)}","features":${features},"results":[`);
    const restOfResults = text.add(entityCount, results);
    if (restOfResults !== null) await restOfResults;
    if (include.includes('sequences')) {
      text.put('],"sequences":[');
      const rest = text.add(entityCount, (row) => `{${texts.sequences(answer, row)}}`);
      if (rest !== null) await rest;
    }
    return text.end(warnings.length === 0 ? ']}' : `],"warnings":${JSON.stringify(warnings)}}`);
  };
}

type RowText = (answer: LookupAnswer, row: number) => string;

/** What an answer says of one of its entities, as JSON text. */
export type AnswerTexts = {
  /** Arrays, one member a feature. */
  readonly values: RowText;
  readonly statuses: RowText;
  readonly eventTimes: RowText;
  /** Members, one an entry, without the brackets around. */
  readonly sequences: RowText;
  /** Such members, one an entry of latest values in the answer: the event time of its row. */
  readonly rowTimes: RowText;
};

/** Made once a service. */
export function answerTexts(service: CompiledFeatureService): AnswerTexts {
  const parts = service.parts.map((part) => writtenPart(service, part));
  const names = service.entries.map(({ alias }) => `${JSON.stringify(alias)}:`);
  const timed = service.entries.flatMap(({ kind, shown }, entry) =>
    kind === 'latest' && shown.length > 0 ? [entry] : [],
  );
  const texts = parts.filter(({ features }) => features.length > 0);
  return {
    values: (answer, row) => valuesText(parts, answer, row),
    statuses: (answer, row) => `[${joined(texts, (part) => statusesText(part, answer, row))}]`,
    eventTimes: (answer, row) => `[${joined(texts, (part) => eventTimesText(part, answer, row))}]`,
    sequences: ({ entries }, row) => joined(names, (name, i) => name + INT64(entries[i]!.sequences[row]!)),
    rowTimes: ({ entries }, row) =>
      joined(timed, (entry) => names[entry]! + timeText(entries[entry]!.eventTimes[row]!)),
  };
}

/** Features that come from one row of an answer, and what is the same in every answer. */
type WrittenPart = {
  /** Place of the entry; null of values that are computed. */
  readonly entry: number | null;
  readonly features: readonly WrittenFeature[];
  /** Of all features alike. */
  readonly statuses: Readonly<Record<Status, string>>;
  readonly noTimes: string;
};

type WrittenFeature = {
  /** Its place in the row. */
  readonly index: number;
  readonly json: (value: Value) => unknown;
  readonly defaultJson: unknown;
};

function writtenPart({ entries, reads }: CompiledFeatureService, part: ServicePart): WrittenPart {
  const features =
    part.kind === 'entry'
      ? entries[part.entry]!.shown.map(writtenFeature)
      : part.reads.map((index) => writtenFeature({ ...reads[index]!, index }));
  const alike = (status: Status): string => repeatedText(`"${status}"`, features.length);
  return {
    entry: part.kind === 'entry' ? part.entry : null,
    features,
    statuses: {
      PRESENT: alike('PRESENT'),
      NULL: alike('NULL'),
      EXPIRED: alike('EXPIRED'),
      NOT_FOUND: alike('NOT_FOUND'),
    },
    noTimes: repeatedText('null', features.length),
  };
}

function writtenFeature(feature: {
  readonly type: ValueType;
  readonly index: number;
  readonly defaultValue: Value;
}): WrittenFeature {
  const json = jsonFormer(feature.type);
  return { index: feature.index, json, defaultJson: json(feature.defaultValue) };
}

/** As one array: the engine writes doubles of one several times as fast as one by one. */
function valuesText(parts: readonly WrittenPart[], answer: LookupAnswer, row: number): string {
  const values: unknown[] = [];
  for (const { entry, features } of parts) {
    const own = rowOf(entry, answer, row);
    for (const { index, json, defaultJson } of features) {
      const value = own[index] ?? null;
      values.push(value === null ? defaultJson : json(value));
    }
  }
  return stringifyJson(values);
}

/** Values before defaults; none where a row gives none. */
function rowOf(entry: number | null, { entries, reads }: LookupAnswer, row: number): readonly Value[] {
  return entry === null ? reads[row]! : entries[entry]!.values[row]!;
}

function statusesText({ entry, features, statuses }: WrittenPart, answer: LookupAnswer, row: number): string {
  const state = entry === null ? 'ALIVE' : answer.entries[entry]!.states[row]!;
  if (state !== 'ALIVE') return statuses[state];
  const own = rowOf(entry, answer, row);
  const isNull = ({ index }: WrittenFeature): boolean => own[index] == null;
  if (!features.some(isNull)) return statuses.PRESENT;
  return joined(features, (feature) => `"${featureStatus(state, isNull(feature))}"`);
}

/** Computed values rest on several rows, so they have no event time of their own. */
function eventTimesText(
  { entry, features, noTimes }: WrittenPart,
  answer: LookupAnswer,
  row: number,
): string {
  const us = entry === null ? null : answer.entries[entry]!.eventTimes[row]!;
  return us === null ? noTimes : repeatedText(timeText(us), features.length);
}

function timeText(us: bigint | null): string {
  return us === null ? 'null' : `"${formatTimestamp(us)}"`;
}

function repeatedText(text: string, count: number): string {
  return count === 0 ? '' : `${text},`.repeat(count - 1) + text;
}

const INT64 = jsonTextOf('INT64');

/** The texts of some things with commas between them. */
function joined<T>(things: readonly T[], text: (thing: T, i: number) => string): string {
  let all = '';
  for (let i = 0; i < things.length; i++) all += i === 0 ? text(things[i]!, i) : `,${text(things[i]!, i)}`;
  return all;
}
