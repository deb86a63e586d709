import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { Clock } from '../platform/clock.js';
import type { History } from './history.js';
import type {
  Boundary,
  ExtraColumn,
  FrameFile,
  Knowledge,
  RetrievalReport,
  RetrievalResult,
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

  /** Joins the frame; the caller writes the result out and closes it. Throws INVALID_FRAME, FUTURE_TIME. */
  start(request: RetrievalRequest): Promise<RetrievalResult> {
    return this.history.retrieve({
      project: request.project,
      service: request.service,
      frame: request.frame,
      timeColumn: request.timeColumn ?? DEFAULT_TIME_COLUMN,
      knowledge: request.knowledge ?? 'known',
      boundary: request.boundary ?? 'inclusive',
      include: request.include ?? [],
      nowUs: this.clock.nowUs(),
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

export const RETRIEVAL = Symbol('Retrieval');
