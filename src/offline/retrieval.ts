import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import type { TypedColumn } from './file-reader.js';
import type { History } from './history.js';
import { requireSnapshot, type Snapshot, sourcesOf } from './snapshot.js';
import {
  type Activation,
  answerNames,
  type Boundary,
  type ExtraColumn,
  eventTimeName,
  type FrameFile,
  type GeneratedFrame,
  type Knowledge,
  type RetrievalQuery,
  type RetrievalReport,
  type RetrievalResult,
  visibleEntries,
} from './store.js';

/** What a caller asks of history. */
export type RetrievalRequest = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  readonly frame: FrameFile | GeneratedFrame;
  /** Types of columns that the frame brings along, where its format leaves room for them. */
  readonly declared?: readonly TypedColumn[];
  /** TIMESTAMP column of the frame: T of each row; default `event_timestamp`. */
  readonly timeColumn?: string;
  readonly knowledge?: Knowledge;
  readonly boundary?: Boundary;
  readonly include?: readonly ExtraColumn[];
  /** The position of history to answer from; default the latest (S19). */
  readonly snapshot?: Snapshot;
  /** Ends the work, by an error, when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
};

/** What an answer rests on beside its request: with the same pins it is the same, whenever it is made. */
export type RetrievalPins = {
  /** No T may be later, microseconds. */
  readonly nowUs: bigint;
  readonly snapshot: Snapshot;
  /** By number of the feature set version; for `served` alone. */
  readonly activations: ReadonlyMap<number, Activation>;
};

/** The name of a frame's time column unless the caller gives another. */
export const DEFAULT_TIME_COLUMN = 'event_timestamp';

export type RetrievalParts = {
  readonly history: History;
  readonly clock: Clock;
  /** How far ahead of the clock an event may be, microseconds (S14). */
  readonly maxSkewUs: bigint;
  /** Since when versions answer online (S18). */
  readonly activations: {
    of(setIds: readonly number[]): Promise<ReadonlyMap<number, Activation>>;
  };
};

/** Point-in-time retrieval for frames (S14 to S19). */
export class Retrieval {
  constructor(private readonly parts: RetrievalParts) {}

  /** Fixes what the answer to a request rests on as of now. Throws INVALID_REQUEST for a snapshot that history does not have. */
  async pin({ project, service, knowledge, snapshot }: RetrievalRequest): Promise<RetrievalPins> {
    const { history, clock, activations } = this.parts;
    const positions: Record<string, bigint> = {};
    await history.arrived(
      project,
      [...sourcesOf(service).values()].map(({ name }) => name),
    );
    for (const source of sourcesOf(service).values()) {
      positions[source.name] = await history.takenThrough({ project, source });
    }
    if (snapshot !== undefined) requireSnapshot(snapshot, positions);
    const setIds = service.entries.map(({ featureSet }) => featureSet.id);
    return {
      nowUs: clock.nowUs(),
      snapshot: snapshot ?? positions,
      activations: knowledge === 'served' ? await activations.of(setIds) : new Map(),
    };
  }

  /**
   * Joins the frame; the caller writes the result out and closes it. Throws INVALID_REQUEST, INVALID_FRAME, FUTURE_TIME,
   * HISTORY_EXPIRED.
   */
  async start(request: RetrievalRequest, pins?: RetrievalPins): Promise<RetrievalResult> {
    requireDistinctColumns(request);
    return this.parts.history.retrieve({
      ...(pins ?? (await this.pin(request))),
      project: request.project,
      service: request.service,
      frame: request.frame,
      ...(request.declared !== undefined && { declared: request.declared }),
      timeColumn: request.timeColumn ?? DEFAULT_TIME_COLUMN,
      knowledge: request.knowledge ?? 'known',
      boundary: request.boundary ?? 'inclusive',
      include: request.include ?? [],
      maxSkewUs: this.parts.maxSkewUs,
      ...(request.signal !== undefined && { signal: request.signal }),
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
  const alias = aliasTimedTwice({ service, include });
  if (alias === null) return;
  const name = eventTimeName(alias);
  const message = `"${name}" would be both a feature and the event time of "${alias}"; leave out include=eventTime, or serve the feature under another name`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'include' });
}

/** The alias of an entry whose event times would be in a column named as a feature is; null where there is none. */
export function aliasTimedTwice({
  service,
  include,
}: Pick<RetrievalQuery, 'service' | 'include'>): string | null {
  const names = answerNames({ service, include }).map((name) => name.toLowerCase());
  const timesOf = (alias: string): number =>
    names.filter((name) => name === eventTimeName(alias).toLowerCase()).length;
  return visibleEntries(service).find(({ alias }) => timesOf(alias) > 1)?.alias ?? null;
}

export const RETRIEVAL = Symbol('Retrieval');
