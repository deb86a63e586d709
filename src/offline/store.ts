import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';

/** A source of one project: what a history table belongs to. */
export type SourceRef = { readonly project: string; readonly source: SourceDocument };

/** Rows as history keeps them: the source's columns, and what the door and the log stamped on each row (S10). */
export type HistoryRows = {
  /** One column per column of the source that the rows have; others are NULL. */
  readonly rows: ColumnBatch;
  /** Sequence of the first row; the others follow without gap. */
  readonly firstSequence: bigint;
  /** When each row became known, microseconds: decides `knowledge: known` (S17). */
  readonly createdTimes: BigInt64Array;
  /** Declared created time, else arrival, microseconds: decides order (S10). */
  readonly orderTimes: BigInt64Array;
  /** True when `createdTimes` were assumed from event times and `knownAfter` (S10). */
  readonly createdAssumed: boolean;
  /** When the door took the rows, microseconds: no answer before knew them (S18). */
  readonly arrivalUs: bigint;
  /** When they had been written online, microseconds: every answer since knows them (S18). */
  readonly visibleUs: bigint;
  /** Of the log's owner that hands them over; older owners are refused (S9). */
  readonly epoch: bigint;
};

/** `known`: only rows with created time ≤ T; `event`: late and backfilled rows count by event time (S17). */
export const KNOWLEDGE_RULES = ['known', 'event'] as const;
export type Knowledge = (typeof KNOWLEDGE_RULES)[number];

/** `inclusive`: rows at T count; `exclusive`: as of T − 1 µs (S14). */
export const BOUNDARIES = ['inclusive', 'exclusive'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** What may stand beside each value in a retrieval. */
export const EXTRA_COLUMNS = ['status', 'eventTime'] as const;
export type ExtraColumn = (typeof EXTRA_COLUMNS)[number];

/** A file that holds the frame: entity keys, a time a row, and whatever else the caller wants back. */
export type FrameFile = { readonly path: string; readonly format: FrameFormat };

type FrameFormat = 'parquet' | 'arrow';

export type RetrievalQuery = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  readonly frame: FrameFile;
  /** TIMESTAMP column of the frame: T of each row. */
  readonly timeColumn: string;
  readonly knowledge: Knowledge;
  readonly boundary: Boundary;
  readonly include: readonly ExtraColumn[];
  /** No row's T may be later than this, microseconds (S19). */
  readonly nowUs: bigint;
};

/** Names of the columns that the answer to a query adds to its frame. */
export function answerNames({
  service,
  include,
}: Pick<RetrievalQuery, 'service' | 'include'>): readonly string[] {
  const outputs = service.outputs.map(({ name }) => name);
  return [
    ...outputs,
    ...(include.includes('status') ? outputs.map(statusName) : []),
    ...(include.includes('eventTime') ? service.entries.map(({ alias }) => eventTimeName(alias)) : []),
  ];
}

/** The column of a feature's status. */
export function statusName(outputName: string): string {
  return `${outputName}__status`;
}

/** The column of the event time of one entry's rows. */
export function eventTimeName(alias: string): string {
  return `${alias}__event_time`;
}

/** What a retrieval tells about itself. */
export type RetrievalReport = {
  readonly rows: number;
  readonly knowledge: Knowledge;
  readonly boundary: Boundary;
  /** Values that `known` and `event` would give differently (S17). */
  readonly leakCount: number;
  /** Values taken from rows whose created time was assumed (S10, S17). */
  readonly assumedCreatedTimes: number;
  /** Per source the last sequence it saw, as decimal text (S19). */
  readonly snapshot: Readonly<Record<string, string>>;
};

/** A joined frame that waits to be written out; `close` frees it and must be called. */
export interface RetrievalResult {
  readonly report: RetrievalReport;
  /** Writes the whole result as one Parquet file. */
  writeParquet(path: string): Promise<void>;
  /** The result as an Arrow IPC stream, batch by batch, in the frame's order. */
  arrowStream(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** History: every row of every source, and point-in-time joins over them. */
export interface OfflineStore {
  /**
   * Appends rows durably. Rows at or below {@link appliedThrough} are skipped, so redelivery changes nothing (S11).
   * Calls for one source come in the order of their sequences.
   */
  append(source: SourceRef, batches: readonly HistoryRows[]): Promise<void>;
  /** Sequence of the last row in history; -1 before the first. */
  appliedThrough(source: SourceRef): Promise<bigint>;
  /** Joins a frame with the features of a service. Throws INVALID_FRAME, INVALID_FILE, FUTURE_TIME. */
  retrieve(query: RetrievalQuery): Promise<RetrievalResult>;
  close(): Promise<void>;
}

export const OFFLINE_STORE = Symbol('OfflineStore');
