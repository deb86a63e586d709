import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { ServiceFeature } from '../../compile/service-reads.js';
import { type ColumnBatch, valueAt } from '../../definition/column-batch.js';
import { PlumblineError } from '../../definition/error.js';
import type { RowState } from '../../definition/status.js';
import type { Value } from '../../definition/value.js';
import type { ValueType } from '../../definition/value-type.js';
import type { LookupAnswer } from '../../online/lookup.js';
import { TextInTurns } from '../../online/text-in-turns.js';
import { feastStatusText, feastTextOf, feastTimeText } from './feast-value.js';

/** The state of some entities, and what was asked: the service's keys and request inputs, one row an entity. */
type FeastAnswer = {
  readonly answer: LookupAnswer;
  readonly asked: ColumnBatch;
  readonly withVersions: boolean;
};

/** Writes answers of a service as Feast's feature server does: a column for each key, request input and feature. */
export type FeastWriter = (answer: FeastAnswer) => Promise<string | Buffer>;

/**
 * Made once a service. Names are `set__feature`, or those of features alone, as Feast has it unless asked for full names. Throws
 * INVALID_REQUEST where two of them are the same.
 */
export function feastWriter(service: CompiledFeatureService, fullNames: boolean): FeastWriter {
  const names = feastNames(service, fullNames);
  const writers = [
    ...[...service.keyColumns, ...service.requestInputs].map(askedWriter),
    ...service.parts.flatMap((part) =>
      part.kind === 'entry'
        ? service.entries[part.entry]!.shown.map((feature) => entryWriter(feature, part.entry))
        : part.reads.map((place) => readWriter({ ...service.reads[place]!, index: place })),
    ),
  ];
  const begin = `{"metadata":{"feature_names":${JSON.stringify(names)}`;
  const versions = `,"feature_view_metadata":${JSON.stringify(versionsOf(service))}`;
  return async ({ answer, asked, withVersions }) => {
    const text = new TextInTurns(`${begin}${withVersions ? versions : ''}},"results":[`);
    const shared = new SharedTexts(answer);
    const rest = text.add(writers.length, (i) => writers[i]!({ answer, asked, shared }));
    if (rest !== null) await rest;
    return text.end(']}');
  };
}

/** Keys and request inputs, as they were asked, then the outputs. */
function feastNames(service: CompiledFeatureService, fullNames: boolean): readonly string[] {
  const inputs = [...service.keyColumns, ...service.requestInputs].map(({ name }) => name);
  const outputs = service.outputs.map(({ name }) => (fullNames ? name : nameAlone(name)));
  const names = [...inputs, ...outputs];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice === undefined) return names;
  const message = `"${twice}" is the name of several columns of the answer; say "full_feature_names": true`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: '/full_feature_names' });
}

/** Neither aliases nor features have a `__` of their own (S16). */
function nameAlone(outputName: string): string {
  const end = outputName.indexOf('__');
  return end < 0 ? outputName : outputName.slice(end + 2);
}

function versionsOf({ uses }: CompiledFeatureService): readonly object[] {
  return uses.map(({ alias, featureSet }) => ({ name: alias, version: featureSet.version }));
}

/** Writes one column of an answer. */
type ColumnWriter = (parts: {
  readonly answer: LookupAnswer;
  readonly asked: ColumnBatch;
  readonly shared: SharedTexts;
}) => string;

function askedWriter({ name, type }: { readonly name: string; readonly type: ValueType }): ColumnWriter {
  const text = feastTextOf(type);
  return ({ asked, shared }) => {
    const column = asked.columns.get(name)!;
    const cells = new Cells(text, null, shared);
    for (let row = 0; row < asked.rowCount; row++) cells.add('ALIVE', valueAt(column, row));
    return cells.column(null);
  };
}

type Written = Pick<ServiceFeature, 'type' | 'index' | 'defaultValue'>;

function entryWriter({ type, index, defaultValue }: Written, place: number): ColumnWriter {
  const text = feastTextOf(type);
  return ({ answer, shared }) => {
    const { states, values } = answer.entries[place]!;
    const cells = new Cells(text, defaultValue, shared);
    for (let row = 0; row < states.length; row++) cells.add(states[row]!, values[row]![index] ?? null);
    return cells.column(place);
  };
}

/** Computed values rest on several rows, so they have no event time of their own. */
function readWriter({ type, index, defaultValue }: Written): ColumnWriter {
  const text = feastTextOf(type);
  return ({ answer, shared }) => {
    const cells = new Cells(text, defaultValue, shared);
    for (const values of answer.reads) cells.add('ALIVE', values[index] ?? null);
    return cells.column(null);
  };
}

/** The cells of one column, from the first entity on. */
class Cells {
  private values = '';
  /** Written from the first cell on that is not PRESENT: most columns have none. */
  private statuses: string | null = null;
  private count = 0;

  constructor(
    private readonly text: (value: Value) => string,
    private readonly defaultValue: Value,
    private readonly shared: SharedTexts,
  ) {}

  add(state: RowState, value: Value): void {
    if (this.count > 0) this.values += ',';
    this.values += this.text(value ?? this.defaultValue);
    const isPresent = state === 'ALIVE' && value !== null;
    if (!isPresent) this.statuses ??= repeatedText(PRESENT, this.count);
    if (this.statuses !== null)
      this.statuses += `${this.count > 0 ? ',' : ''}${isPresent ? PRESENT : feastStatusText(state, true)}`;
    this.count++;
  }

  /** The whole column; its times are those of an entry, or none. */
  column(entry: number | null): string {
    const { shared, statuses } = this;
    const rest = statuses === null ? shared.allPresent(entry) : `${statuses}${shared.times(entry)}`;
    return `{"values":[${this.values}],"statuses":[${rest}`;
  }
}

/** What the columns of one answer have in common, made when the first of them needs it. */
class SharedTexts {
  /** Times behind the statuses of a column, and both together where all cells are PRESENT: by entry, without times at -1. */
  private readonly timesOf = new Map<number, string>();
  private readonly presentOf = new Map<number, string>();

  constructor(private readonly answer: LookupAnswer) {}

  times(entry: number | null): string {
    return kept(this.timesOf, entry ?? -1, () => `],"event_timestamps":[${this.timesText(entry)}]}`);
  }

  allPresent(entry: number | null): string {
    const { entityCount } = this.answer;
    return kept(this.presentOf, entry ?? -1, () => repeatedText(PRESENT, entityCount) + this.times(entry));
  }

  private timesText(entry: number | null): string {
    const { entries, entityCount } = this.answer;
    return entry === null
      ? repeatedText(feastTimeText(null), entityCount)
      : timesText(entries[entry]!.eventTimes);
  }
}

function kept(texts: Map<number, string>, place: number, make: () => string): string {
  const known = texts.get(place);
  if (known !== undefined) return known;
  const text = make();
  texts.set(place, text);
  return text;
}

/** Rows that were loaded together often have one time, which is then written once. */
function timesText(times: readonly (bigint | null)[]): string {
  let [all, last, lastText] = ['', null as bigint | null, feastTimeText(null)];
  for (let row = 0; row < times.length; row++) {
    const us = times[row]!;
    if (us !== last) [last, lastText] = [us, feastTimeText(us)];
    all += row === 0 ? lastText : `,${lastText}`;
  }
  return all;
}

function repeatedText(text: string, count: number): string {
  return `${text},`.repeat(count).slice(0, -1);
}

const PRESENT = feastStatusText('ALIVE', false);
