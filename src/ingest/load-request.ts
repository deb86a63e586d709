import type { ColumnMapping, ExtraPolicy } from './column-mapping.js';
import type { InvalidPolicy } from './delivery.js';
import type { SaidKind } from './file-kind.js';

/** What a caller asks to be loaded. */
export type LoadRequest = SaidKind & {
  /** A file, or a folder whose files are all loaded. */
  readonly path: string;
  /** Of a folder, the files whose path within it matches this glob; the others are left. Default: all. */
  readonly pattern?: string;
  readonly columns?: ColumnMapping;
  readonly extra?: ExtraPolicy;
  readonly invalid?: InvalidPolicy;
  /** More refused rows than this share of all stop the load before any is taken. */
  readonly maxInvalid?: number;
  /** Takes bytes that came before once more (S11). */
  readonly again?: boolean;
};

/** Share of rows that may be refused: more are a sign that the file is not meant so. */
export const DEFAULT_MAX_INVALID = 0.1;

/** What became of one file. */
export type LoadedFile = LoadTally & { readonly path: string; readonly contentHash: string };

/** Rows by what became of them. */
export type LoadTally = {
  /** In the log by this load. */
  readonly rows: number;
  /** Dealt with by an earlier load of the same bytes. */
  readonly skipped: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly held: number;
};

/** What a finished load tells; `contentHash` is that of a single file. */
export type LoadResult = LoadTally & { readonly files: readonly LoadedFile[]; readonly contentHash?: string };

export const NO_ROWS: LoadTally = { rows: 0, skipped: 0, quarantined: 0, duplicates: 0, held: 0 };

/** Member by member. */
export function addTallies(a: LoadTally, b: LoadTally): LoadTally {
  return {
    rows: a.rows + b.rows,
    skipped: a.skipped + b.skipped,
    quarantined: a.quarantined + b.quarantined,
    duplicates: a.duplicates + b.duplicates,
    held: a.held + b.held,
  };
}
