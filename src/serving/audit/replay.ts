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
import type { Retrieval } from '../../offline/retrieval.js';
import { type FrameFile, statusName } from '../../offline/store.js';
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

/** Retrieves what was served once more, by its record (S18), and compares value and status, bit for bit. */
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
      include: ['status'],
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
    this.outputs = service.outputs.map(({ name, type }) => ({
      name,
      served: servedText(type),
      text: jsonTextOf(type),
    }));
  }

  take({ rowCount, columns }: ColumnBatch): void {
    this.outputs.forEach(({ name, served, text }, output) => {
      const [values, statuses] = [columns.get(name)!, columns.get(statusName(name))!];
      for (let row = 0; row < rowCount; row++) {
        const answer = this.answers[this.at + row]!;
        const was: Cell = { value: served(answer.values[output]), status: answer.statuses[output] ?? '' };
        const is: Cell = { value: text(valueAt(values, row)), status: String(valueAt(statuses, row)) };
        if (was.value === is.value && was.status === is.status) continue;
        this.differences.push({ answer, output, feature: name, served: was, replayed: is });
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

type ComparedOutput = {
  readonly name: string;
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
