import type { Knowledge } from '../../offline/store.js';

/** What one value is made of, as JSON has it; instants are RFC 3339. */
export type Explanation = {
  /** As the answer names it. */
  readonly feature: string;
  readonly asOf: string;
  readonly knowledge: Knowledge;
  readonly value: unknown;
  readonly status: string;
  /** The features read from rows that it rests on: itself, or those that its expression sees. */
  readonly restsOn: readonly (LatestExplanation | WindowExplanation)[];
};

type Part = {
  readonly feature: string;
  readonly featureSet: string;
  readonly version: number;
  readonly source: string;
  /** Values of the entity's key, in its order. */
  readonly key: readonly unknown[];
  /** With a record, the last row that the answer knew; null where it knew nothing. */
  readonly sequence?: string | null;
  /** The newest first (S10). */
  readonly rows: readonly ExplainedRow[];
};

/** The newest row that counts, among the newest there are. */
export type LatestExplanation = Part & { readonly kind: 'latest' };

/** The rows of a span, and what each tile of them gives. */
export type WindowExplanation = Part & {
  readonly kind: 'windowed';
  readonly aggregate: string;
  /** Rows with `after` < event time ≤ `through`; null is from the first on. */
  readonly after: string | null;
  readonly through: string;
  readonly hop: string;
  /** The value of the rows that count, before the default: what the answer says, where `cut` is false. */
  readonly value: unknown;
  /** Rows that count. */
  readonly rowCount: number;
  /** Whether there are more rows than were looked at. */
  readonly cut: boolean;
  /** The newest first; none of an exact window, which has rows in their place. */
  readonly tiles: readonly ExplainedTile[];
};

type ExplainedTile = {
  readonly after: string;
  readonly through: string;
  /** Rows in it that count. */
  readonly rows: number;
  /** Of these rows alone. */
  readonly value: unknown;
};

/** Why a row does not count. */
export type NotCounted =
  | 'not known yet'
  | 'deletion'
  | 'filtered out'
  | 'not among the newest'
  | 'an older row';

export type ExplainedRow = {
  readonly sequence: string;
  readonly eventTime: string;
  readonly createdTime: string;
  /** There where the created time is an assumption (S10). */
  readonly createdAssumed?: true;
  /** What the row gives to the feature: its value, or what is aggregated of it; null of COUNT(*). */
  readonly value: unknown;
  /** Of aggregates by category. */
  readonly category?: unknown;
  readonly counts: boolean;
  readonly why?: NotCounted;
};
