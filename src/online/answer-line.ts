import { featureRefs } from '../compile/feature-refs.js';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import { type ColumnBatch, valueAt } from '../definition/column-batch.js';
import { isJsonObject, type JsonObject } from '../definition/json-columns.js';
import { jsonTextOf } from '../definition/json-text.js';
import { jsonParser, parseJsonLossless } from '../definition/json-value.js';
import { formatTimestamp, parseTimestamp } from '../definition/time.js';
import type { ValueType } from '../definition/value-type.js';
import type { LookupAnswer } from './lookup.js';
import { answerTexts } from './lookup-json.js';

/** What was answered for one entity, as the answer log keeps it: all that its replay needs (S18), and what was served. */
export type LoggedAnswer = {
  readonly project: string;
  /** Null where the features were named one by one. */
  readonly featureService: { readonly name: string; readonly version: number } | null;
  /** Then their names, `alias=set@version:feature`; null of a service. */
  readonly features: readonly string[] | null;
  /** T, microseconds. */
  readonly asOfUs: bigint;
  /** Values as JSON has them, by name. */
  readonly keys: JsonObject;
  readonly inputs: JsonObject;
  /** By alias what each feature set knew of the entity: the record of the answer. */
  readonly sequences: ReadonlyMap<string, bigint | null>;
  /** As JSON has them, in the order of the outputs, defaults in place. */
  readonly values: readonly unknown[];
  readonly statuses: readonly string[];
  /** By alias the event time of each row that latest values were read from, microseconds; null without a row, and all of older lines. */
  readonly eventTimes: ReadonlyMap<string, bigint | null> | null;
};

/** An answer as it left, and whom it was given to. */
export type ServedAnswer = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  /** Keys and request inputs, one row an entity. */
  readonly asked: ColumnBatch;
  readonly answer: LookupAnswer;
};

/** Writes what was served to the entity in a row, a line of JSON. */
export type AnswerLineWriter = (served: ServedAnswer, row: number) => string;

/** Made once a service. */
export function answerLineWriter(service: CompiledFeatureService): AnswerLineWriter {
  const texts = answerTexts(service);
  const [keys, inputs] = [members(service.keyColumns), members(service.requestInputs)];
  const named =
    service.name === ''
      ? `"features":${JSON.stringify(featureRefs(service))}`
      : `"featureService":${JSON.stringify(service.name)},"version":${service.version}`;
  return ({ project, asked, answer }, row) =>
    [
      `{"project":${JSON.stringify(project)},${named},"asOf":"${formatTimestamp(answer.asOfUs)}"`,
      `"keys":{${keys(asked, row)}},"inputs":{${inputs(asked, row)}}`,
      `"sequences":{${texts.sequences(answer, row)}},"values":${texts.values(answer, row)}`,
      `"statuses":${texts.statuses(answer, row)},"eventTimes":{${texts.rowTimes(answer, row)}}}\n`,
    ].join(',');
}

function members(
  columns: readonly { readonly name: string; readonly type: ValueType }[],
): (asked: ColumnBatch, row: number) => string {
  const writers = columns.map(({ name, type }) => ({
    name,
    before: `${JSON.stringify(name)}:`,
    text: jsonTextOf(type),
  }));
  return (asked, row) =>
    writers.map(({ name, before, text }) => before + text(valueAt(asked.columns.get(name)!, row))).join(',');
}

/** How every line of a project begins. */
export function lineStart(project: string): string {
  return `{"project":${JSON.stringify(project)},`;
}

/** Reads a line back; null for one that is torn or of another version of the service. */
export function parseAnswerLine(line: string): LoggedAnswer | null {
  let json: unknown;
  try {
    json = parseJsonLossless(line);
  } catch {
    return null;
  }
  if (!isJsonObject(json)) return null;
  const { project, asOf, keys, inputs, values, statuses } = json;
  const asOfUs = typeof asOf === 'string' ? parseTimestamp(asOf) : null;
  const sequences = byAlias(json['sequences'], INT64);
  if (typeof project !== 'string' || asOfUs === null || sequences === null) return null;
  if (!isJsonObject(keys) || !isJsonObject(inputs)) return null;
  if (!Array.isArray(values) || !areTexts(statuses) || values.length !== statuses.length) return null;
  const asked = askedOf(json);
  if (asked === null) return null;
  const eventTimes = byAlias(json['eventTimes'], TIMESTAMP);
  return { project, ...asked, asOfUs, keys, inputs, sequences, values, statuses, eventTimes };
}

function askedOf({
  featureService: name,
  version,
  features,
}: JsonObject): Pick<LoggedAnswer, 'featureService' | 'features'> | null {
  if (areTexts(features)) return { featureService: null, features };
  if (typeof name !== 'string' || typeof version !== 'number') return null;
  return { featureService: { name, version }, features: null };
}

function areTexts(json: unknown): json is readonly string[] {
  return Array.isArray(json) && json.every((item) => typeof item === 'string');
}

const INT64 = jsonParser('INT64');
const TIMESTAMP = jsonParser('TIMESTAMP');

function byAlias(
  json: unknown,
  parse: ReturnType<typeof jsonParser>,
): ReadonlyMap<string, bigint | null> | null {
  if (!isJsonObject(json)) return null;
  const members = new Map<string, bigint | null>();
  for (const [alias, member] of Object.entries(json)) {
    const parsed = parse(member);
    if ('problem' in parsed) return null;
    members.set(alias, parsed.value as bigint | null);
  }
  return members;
}
