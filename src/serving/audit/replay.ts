import { join } from 'node:path';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import { withoutLabels } from '../../compile/without-labels.js';
import { type ColumnBatch, valueAt } from '../../definition/column-batch.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { columnsOfJson, type JsonObject } from '../../definition/json-columns.js';
import { jsonTextOf } from '../../definition/json-text.js';
import { jsonParser } from '../../definition/json-value.js';
import type { ValueType } from '../../definition/value-type.js';
import { askedService } from '../../offline/asked-features.js';
import type { TypedColumn } from '../../offline/file-reader.js';
import type { FrameFiles } from '../../offline/frame-files.js';
import { aliasTimedTwice, type Retrieval } from '../../offline/retrieval.js';
import {
  EXTRA_COLUMNS,
  type ExtraColumn,
  eventTimeName,
  type FrameFile,
  statusName,
} from '../../offline/store.js';
import type { LoggedAnswer } from '../../online/answer-line.js';
import type { CatalogHolder } from '../../registry/catalog.js';
import { frameColumns, recordFrame, TIME_COLUMN } from '../record-frame.js';
import type { AnswerGroup } from './answer-groups.js';
import type { Cell, Difference } from './difference.js';

export type ReplayParts = {
  readonly retrieval: Retrieval;
  readonly frames: FrameFiles;
  readonly catalogs: CatalogHolder;
};

/** Where a replay keeps its frame, and how it is ended early. */
export type ReplayWork = { readonly project: string; readonly folder: string; readonly signal: AbortSignal };

export type Replayed = {
  readonly service: CompiledFeatureService;
  /** Values compared, each with its status. */
  readonly compared: number;
  readonly differences: readonly Difference[];
};

/** Retrieves what was served once more, by its record (S18), and compares value, status and event time, bit for bit. */
export class Replay {
  constructor(private readonly parts: ReplayParts) {}

  /** The service that answers were given by, without the labels that a model's has. Throws NOT_FOUND where it is gone, UNKNOWN_FEATURE. */
  serviceOf(project: string, { featureService, features }: LoggedAnswer): CompiledFeatureService {
    const catalog = this.parts.catalogs.current();
    const asked =
      featureService === null
        ? { features: features! }
        : { featureService: featureService.name, version: featureService.version };
    return withoutLabels(askedService(catalog, project, asked));
  }

  /** Throws INVALID_REQUEST for answers that are not of this service, HISTORY_EXPIRED, FUTURE_TIME. */
  async run(answers: AnswerGroup, work: ReplayWork): Promise<Replayed> {
    const service = this.serviceOf(work.project, answers[0]);
    const rows = frameOf(service, answers);
    const frame: FrameFile = { kind: 'file', path: join(work.folder, 'answers.arrow'), format: 'arrow' };
    await this.parts.frames.write(frame, frameColumns(rows), once(rows));
    const result = await this.parts.retrieval.start({
      project: work.project,
      service,
      frame,
      timeColumn: TIME_COLUMN,
      knowledge: 'served',
      include: includedFor(service),
      signal: work.signal,
    });
    try {
      const comparison = new Comparison(service, answers);
      for await (const batch of result.batches()) comparison.take(batch);
      return { service, ...comparison.end() };
    } finally {
      await result.close();
    }
  }
}

/** Event times stand in no column that a feature has; then they are not compared. */
function includedFor(service: CompiledFeatureService): readonly ExtraColumn[] {
  return aliasTimedTwice({ service, include: EXTRA_COLUMNS }) === null ? EXTRA_COLUMNS : ['status'];
}

async function* once(batch: ColumnBatch): AsyncIterable<ColumnBatch> {
  yield batch;
}

function frameOf(service: CompiledFeatureService, answers: AnswerGroup): ColumnBatch {
  const problems: Problem[] = [];
  const named = (columns: readonly TypedColumn[], what: 'keys' | 'inputs') =>
    columnsOfJson(
      columns,
      answers.map((answer): JsonObject => answer[what]),
      `/${what}`,
      problems,
    );
  const columns = new Map([...named(service.keyColumns, 'keys'), ...named(service.requestInputs, 'inputs')]);
  if (problems.length > 0) {
    const { path, message } = problems[0]!;
    throw new PlumblineError('INVALID_REQUEST', `logged answers cannot be read: ${path}: ${message}`, {
      path,
    });
  }
  return recordFrame(service, { rowCount: answers.length, columns }, answers);
}

/** Compares the rows of a replay, which come in the order of the answers. */
class Comparison {
  private readonly differences: Difference[] = [];
  private readonly outputs: readonly ComparedOutput[];
  private at = 0;

  constructor(
    service: CompiledFeatureService,
    private readonly answers: AnswerGroup,
  ) {
    const isTimed = includedFor(service).includes('eventTime');
    this.outputs = service.outputs.map(({ name, type }) => ({
      name,
      timedBy: isTimed ? aliasOfRow(service, name) : null,
      served: servedText(type),
      text: jsonTextOf(type),
    }));
  }

  take({ rowCount, columns }: ColumnBatch): void {
    this.outputs.forEach((compared, output) => {
      const { name, timedBy } = compared;
      const [values, statuses] = [columns.get(name)!, columns.get(statusName(name))!];
      const times = timedBy === null ? null : columns.get(eventTimeName(timedBy))!;
      for (let row = 0; row < rowCount; row++) {
        const answer = this.answers[this.at + row]!;
        const served = servedCell(answer, output, compared);
        const replayed: Cell = {
          value: compared.text(valueAt(values, row)),
          status: String(valueAt(statuses, row)),
          ...(served.eventUs !== undefined && { eventUs: valueAt(times!, row) as bigint | null }),
        };
        if (!areEqual(served, replayed))
          this.differences.push({ answer, output, feature: name, served, replayed });
      }
    });
    this.at += rowCount;
  }

  /** Throws where rows are missing (S16). */
  end(): Pick<Replayed, 'compared' | 'differences'> {
    if (this.at !== this.answers.length) {
      const message = `a replay of ${this.answers.length} answers gave ${this.at} rows`;
      throw new PlumblineError('INTERNAL', message);
    }
    return { compared: this.at * this.outputs.length, differences: this.differences };
  }
}

function servedCell(answer: LoggedAnswer, output: number, { served, timedBy }: ComparedOutput): Cell {
  const eventUs = timedBy === null ? undefined : answer.eventTimes?.get(timedBy);
  const cell = { value: served(answer.values[output]), status: answer.statuses[output] ?? '' };
  return eventUs === undefined ? cell : { ...cell, eventUs };
}

function areEqual(a: Cell, b: Cell): boolean {
  return a.value === b.value && a.status === b.status && a.eventUs === b.eventUs;
}

/** The alias of the entry whose rows give an output; null of aggregates and of what is computed, which rest on many. */
function aliasOfRow({ entries }: CompiledFeatureService, output: string): string | null {
  const entry = entries.find(({ shown }) => shown.some(({ outputName }) => outputName === output));
  return entry?.kind === 'latest' ? entry.alias : null;
}

type ComparedOutput = {
  readonly name: string;
  /** The alias whose event time stands beside it; null where none is compared. */
  readonly timedBy: string | null;
  readonly served: (json: unknown) => string;
  readonly text: ReturnType<typeof jsonTextOf>;
};

/** The text of a value as it was logged; one that is not of its type any more equals nothing. */
function servedText(type: ValueType): (json: unknown) => string {
  const [parse, text] = [jsonParser(type), jsonTextOf(type)];
  return (json) => {
    const parsed = parse(json);
    return 'problem' in parsed ? `no ${type}` : text(parsed.value);
  };
}
