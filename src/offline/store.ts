import type { OrderColumns } from '../compile/aggregate/aggregate.js';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { isLabelSet } from '../compile/label-set.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { SourceDocument } from '../definition/document.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import type { TypedColumn } from './file-reader.js';
import type { FrameFormat } from './frame-format.js';

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

/**
 * `known`: only rows with created time ≤ T; `event`: late and backfilled rows count by event time (S17); `served`: what an
 * online answer had, by its record (columns {@link sequenceName} of the frame) or by T alone (S18).
 */
export const KNOWLEDGE_RULES = ['known', 'event', 'served'] as const;
export type Knowledge = (typeof KNOWLEDGE_RULES)[number];

/** From when on a feature set version answers online: the last sequence it was primed with, and the instant. */
export type Activation = { readonly sequence: bigint; readonly visibleUs: bigint };

/** `inclusive`: rows at T count; `exclusive`: as of T − 1 µs (S14). */
export const BOUNDARIES = ['inclusive', 'exclusive'] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** What may stand beside each value in a retrieval. */
export const EXTRA_COLUMNS = ['status', 'eventTime'] as const;
export type ExtraColumn = (typeof EXTRA_COLUMNS)[number];

/** A file that holds the frame: entity keys, a time a row, and whatever else the caller wants back. */
export type FrameFile = { readonly kind: 'file'; readonly path: string; readonly format: FrameFormat };

/** A frame that history itself makes (S14): a row of it for every row, every change of the answer, or a grid of times. */
export type GeneratedFrame = {
  readonly kind: 'rows' | 'changes' | 'grid';
  /** Times from here on, microseconds. */
  readonly fromUs: bigint;
  /** Times up to here, included. */
  readonly toUs: bigint;
  /** Distance of a grid's times; null for the other kinds. */
  readonly everyUs: bigint | null;
  /** The entities asked for, one row each with the key columns of the service; null is every entity in history. */
  readonly entities: FrameFile | null;
};

export type RetrievalQuery = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  readonly frame: FrameFile | GeneratedFrame;
  /** Types of columns that the frame brings along beside those that the query knows, where its format leaves room (S4). */
  readonly declared?: readonly TypedColumn[];
  /** TIMESTAMP column of the frame: T of each row. */
  readonly timeColumn: string;
  readonly knowledge: Knowledge;
  readonly boundary: Boundary;
  readonly include: readonly ExtraColumn[];
  /** No row's T may be later than this, microseconds (S19). */
  readonly nowUs: bigint;
  /** How far T of an online answer may have been ahead of its clock, microseconds (S14, S18). */
  readonly maxSkewUs: bigint;
  /** By name of the source: rows beyond that sequence do not count (S19); what is not named counts up to now, as null does for all. */
  readonly snapshot: Readonly<Record<string, bigint>> | null;
  /** By number of the feature set version, for `served` by T alone; what is not there was never active (S18). */
  readonly activations: ReadonlyMap<number, Activation>;
  /** Ends the work early, by an error. */
  readonly signal?: AbortSignal;
};

/** The frame column of an answer's record: the sequence that one entry knew, NULL where it knew no row (S18). */
export function sequenceName(alias: string): string {
  return `${alias}__sequence`;
}

/** The columns of a whole record: of every entry but labels, which no answer had. */
export function sequenceNames({ entries }: CompiledFeatureService): readonly string[] {
  return entries.filter(({ featureSet }) => !isLabelSet(featureSet)).map(({ alias }) => sequenceName(alias));
}

/** Names of the columns that the answer to a query adds to its frame. */
export function answerNames({
  service,
  include,
}: Pick<RetrievalQuery, 'service' | 'include'>): readonly string[] {
  const outputs = service.outputs.map(({ name }) => name);
  return [
    ...outputs,
    ...(include.includes('status') ? outputs.map(statusName) : []),
    ...(include.includes('eventTime')
      ? visibleEntries(service).map(({ alias }) => eventTimeName(alias))
      : []),
  ];
}

/** The entries whose features stand in an answer; the others are read for chained feature sets. */
export function visibleEntries({ entries }: CompiledFeatureService): CompiledFeatureService['entries'] {
  return entries.filter(({ shown }) => shown.length > 0);
}

/** The column of a feature's status. */
export function statusName(outputName: string): string {
  return `${outputName}__status`;
}

/** The column of the event time of one entry's rows. */
export function eventTimeName(alias: string): string {
  return `${alias}__event_time`;
}

/**
 * How the newest rows of one entry were found; the answer is the same. `small`: steps over the rows of the frame's keys;
 * `compacted`: the compacted table and the rows since; `raw`: steps over every row.
 */
export const LATEST_PLANS = ['small', 'compacted', 'raw'] as const;
export type LatestPlan = (typeof LATEST_PLANS)[number];

/** How what one entry reads was found; `windows`: the rows of the frame's keys that lie in its windows. */
export type RetrievalPlan = LatestPlan | 'windows';

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
  /** With `served` by T alone: values within the clock bound of a visibility change, which are not claimed (S18). */
  readonly uncertain: number;
  /** Labels whose windows are not complete at the snapshot: NULL, and NOT_FOUND. */
  readonly immature: number;
  /** By alias. */
  readonly plan: Readonly<Record<string, RetrievalPlan>>;
};

/** A column of an answer; `type` is null where the frame brought a type that is none of ours along. */
export type AnswerColumn = { readonly name: string; readonly type: ValueType | null };

/** A joined frame that waits to be written out, once; `close` frees it and must be called. The same rows give the same bytes (S19). */
export interface RetrievalResult {
  readonly report: RetrievalReport;
  /** In the order of the answer. */
  readonly columns: readonly AnswerColumn[];
  /** Writes the whole result as one Parquet file. */
  writeParquet(path: string): Promise<void>;
  /**
   * The rows in the frame's order, 2,048 a batch; with `names` only those columns of them, at least one. Throws INVALID_FRAME at
   * once when one of the columns has no type of ours.
   */
  batches(names?: ReadonlySet<string>): AsyncIterable<ColumnBatch>;
  close(): Promise<void>;
}

/** A source with the key columns of its feature sets: by each of them history is compacted, and none loses its newest row. */
export type KeyedSource = SourceRef & { readonly keys: readonly (readonly string[])[] };

/** What making compacted tables cost. */
export type CompactionReport = {
  /** Sequence of the last row in them. */
  readonly through: bigint;
  /** Rows read, over all tables. */
  readonly rowsRead: number;
  /** Rows that the tables hold now. */
  readonly rowsKept: number;
  readonly seconds: number;
  /** CPU time of the whole process meanwhile, so an upper bound. */
  readonly cpuSeconds: number;
};

/** What a pass of retention removed. */
export type RetentionReport = { readonly horizonUs: bigint; readonly rowsRemoved: number };

/** Which rows of history the statistics of a feature set are about. */
export type StatisticsQuery = {
  readonly project: string;
  readonly featureSet: CompiledFeatureSet;
  /** Event times from here on, microseconds; null is from the first. */
  readonly fromUs: bigint | null;
  /** Event times before here, microseconds; null is to the last. */
  readonly toUs: bigint | null;
  /** Rows with later event or created times do not count (S17). */
  readonly asOfUs: bigint;
};

/** The least value with at least this share of values at or below it. */
export type QuantileOf<T> = { readonly quantile: number; readonly value: T };

export type FeatureStatistics = {
  readonly name: string;
  readonly type: ValueType;
  /** Rows with a value. */
  readonly count: number;
  readonly nulls: number;
  /** Different values; `exact` is false where they were estimated. */
  readonly distinct: { readonly count: number; readonly exact: boolean };
  /** Of types that have an order. */
  readonly min: Value;
  readonly max: Value;
  /** Of numbers, in floating point: the last digits may differ from one call to the next. Null where it is not finite. */
  readonly mean: number | null;
  /** Of the sample, as `mean` is; null also where squares are not finite. */
  readonly stddev: number | null;
  /** Of numbers: the least value with at least this share of values at or below it. */
  readonly quantiles: readonly QuantileOf<Value>[];
  /** The most frequent values, ties by value. */
  readonly top: readonly { readonly value: Value; readonly count: number }[];
};

/** What history holds of one feature set. */
export type FeatureSetStatistics = {
  readonly rows: number;
  /** Rows among them that are deletions (S13): they have no values. */
  readonly deletions: number;
  /** Different whole keys. */
  readonly entities: number;
  readonly firstEventUs: bigint | null;
  readonly lastEventUs: bigint | null;
  /** Created time less event time, microseconds. */
  readonly createdLagUs: readonly QuantileOf<bigint>[];
  readonly features: readonly FeatureStatistics[];
};

/** Which rows of one key to list. */
export type KeyRowsQuery = SourceRef & {
  /** Source columns of the key, and a value for each; none is null. */
  readonly keyColumns: readonly string[];
  readonly key: readonly Value[];
  /** Event times behind this one, microseconds; null is from the first. */
  readonly afterUs: bigint | null;
  /** Event times up to this one, microseconds. */
  readonly throughUs: bigint;
  /** Rows with greater sequences are left out; null is none. */
  readonly throughSequence: bigint | null;
  /** Rows that became known, or visible online, after this instant are left out, microseconds; null is none. */
  readonly knownThrough: { readonly time: 'created' | 'visible'; readonly us: bigint } | null;
  /** Most rows. */
  readonly limit: number;
};

/** Rows of one key as history has them, deletions too, the newest first (S10); every member has one value a row. */
export type KeyRows = {
  /** Every column of the source. */
  readonly rows: ColumnBatch;
  readonly orders: OrderColumns;
  readonly createdTimes: BigInt64Array;
  /** 1 where the created time is an assumption (S10). */
  readonly createdAssumed: Uint8Array;
  /** When the row had been written online, microseconds (S18). */
  readonly visibleTimes: BigInt64Array;
};

/** History: every row of every source, and point-in-time joins over them. */
export interface OfflineStore {
  /**
   * Appends rows durably. Rows at or below {@link appliedThrough} are skipped, so redelivery changes nothing (S11).
   * Calls for one source come in the order of their sequences. Throws UNAVAILABLE when the rows come from an owner of
   * the log older than the newest seen (S9); CONFLICT where a column holds values of another type than the source declares.
   */
  append(source: SourceRef, batches: readonly HistoryRows[]): Promise<void>;
  /** Sequence of the last row in history; -1 before the first. */
  appliedThrough(source: SourceRef): Promise<bigint>;
  /**
   * Joins a frame with the features of a service. Throws INVALID_FRAME, INVALID_FILE, FUTURE_TIME, INVALID_REQUEST for a
   * snapshot that history has not reached, HISTORY_EXPIRED.
   */
  retrieve(query: RetrievalQuery): Promise<RetrievalResult>;
  /** Makes the compacted tables of a source anew, as of now; retrievals and appends go on meanwhile. */
  compact(source: KeyedSource): Promise<CompactionReport>;
  /** Whether enough rows came since the last compaction to make one worth its cost. */
  needsCompaction(source: KeyedSource): Promise<boolean>;
  /**
   * Removes rows with event times before the horizon, but for the newest of each key under each knowledge rule. From then
   * on a T before the horizon, and a snapshot from before this pass, are refused (HISTORY_EXPIRED).
   */
  retain(source: KeyedSource, horizonUs: bigint): Promise<RetentionReport>;
  /** The newest rows of a key, one by one: to show what a value rests on, not to compute it. */
  keyRows(query: KeyRowsQuery): Promise<KeyRows>;
  /** What the rows of a feature set look like. Throws HISTORY_EXPIRED for a range that begins before what retention left. */
  statistics(query: StatisticsQuery): Promise<FeatureSetStatistics>;
  close(): Promise<void>;
}

export const OFFLINE_STORE = Symbol('OfflineStore');
