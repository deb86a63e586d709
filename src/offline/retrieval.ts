import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import type { History } from './history.js';
import {
  answerNames,
  type Boundary,
  type ExtraColumn,
  eventTimeName,
  type FrameFile,
  type Knowledge,
  type RetrievalReport,
  type RetrievalResult,
} from './store.js';

/** What a caller asks of history. */
export type RetrievalRequest = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  readonly frame: FrameFile;
  /** TIMESTAMP column of the frame: T of each row; default `event_timestamp`. */
  readonly timeColumn?: string;
  readonly knowledge?: Knowledge;
  readonly boundary?: Boundary;
  readonly include?: readonly ExtraColumn[];
};

/** The name of a frame's time column unless the caller gives another. */
export const DEFAULT_TIME_COLUMN = 'event_timestamp';

/** Point-in-time retrieval for frames (S14 to S19). */
export class Retrieval {
  constructor(
    private readonly history: History,
    private readonly clock: Clock,
  ) {}

  /** Joins the frame; the caller writes the result out and closes it. Throws INVALID_REQUEST, INVALID_FRAME, FUTURE_TIME. */
  async start(request: RetrievalRequest): Promise<RetrievalResult> {
    requireDistinctColumns(request);
    return this.history.retrieve({
      project: request.project,
      service: request.service,
      frame: request.frame,
      timeColumn: request.timeColumn ?? DEFAULT_TIME_COLUMN,
      knowledge: request.knowledge ?? 'known',
      boundary: request.boundary ?? 'inclusive',
      include: request.include ?? [],
      nowUs: this.clock.nowUs(),
      snapshot: null,
      activations: new Map(),
    });
  }

  /** Joins the frame into one Parquet file. */
  async toParquet(request: RetrievalRequest, path: string): Promise<RetrievalReport> {
    const result = await this.start(request);
    try {
      await result.writeParquet(path);
      return result.report;
    } finally {
      await result.close();
    }
  }
}

/** A feature may be named as the column of its rows' event times is; the two cannot stand in one answer. */
function requireDistinctColumns({ service, include = [] }: RetrievalRequest): void {
  const names = answerNames({ service, include }).map((name) => name.toLowerCase());
  const twice = service.entries.find(
    ({ alias }) =>
      names.indexOf(eventTimeName(alias).toLowerCase()) <
      names.lastIndexOf(eventTimeName(alias).toLowerCase()),
  );
  if (twice === undefined) return;
  const name = eventTimeName(twice.alias);
  const message = `"${name}" would be both a feature and the event time of "${twice.alias}"; leave out include=eventTime, or serve the feature under another name`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'include' });
}

export const RETRIEVAL = Symbol('Retrieval');
