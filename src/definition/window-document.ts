/** A feature that aggregates the rows of a window up to T, or of several windows (S20, S21). */
export type WindowFeatureDocument = {
  /** Of one window its name; of several the beginning of their names: `delay` over 1h and 1d is `delay_1h` and `delay_1d`. */
  readonly name: string;
  /** One aggregate of a row expression, `AVG(dep_delay)`, or of rows, `COUNT(*)`. */
  readonly aggregate: string;
  /** How far it reaches back, `1h`, or `lifetime`. Exactly one of `window` and `windows`. */
  readonly window?: string;
  readonly windows?: readonly string[];
  /** Steps in which the tail of the window moves; 1us makes it exact. Default by the window, see docs/windows.md. */
  readonly hop?: string;
  /** How long before T the window ends; default it ends at T. */
  readonly offset?: string;
  /** `following` makes it a label: the window looks forward, T < event time ≤ T + window. Default `preceding`. */
  readonly direction?: Direction;
  /**
   * Of a label: how long after the end of its window its rows have all come. Default the source's `knownAfter`, 0s where it
   * has none.
   */
  readonly maturity?: string;
  /** A row expression: only rows for which it is TRUE count. */
  readonly filter?: string;
  /** Bound of what an aggregate keeps, such as the different values it counts; of an exact window the newest rows it sees. */
  readonly max?: number;
  /**
   * A row expression: each of its values is a category with an aggregate of its own. The features are then
   * `<name>_keys`, the categories, and `<name>_values`, theirs in the same order.
   */
  readonly by?: string;
  /** Categories of `by` at most; of more the features are NULL. Default 100. */
  readonly maxCategories?: number;
  /** Replaces a missing value; the status stays (S7). Written as in JSON rows (S4). */
  readonly default?: unknown;
  readonly description?: string;
};

/** Which way from T a window looks. */
export const DIRECTIONS = ['preceding', 'following'] as const;
type Direction = (typeof DIRECTIONS)[number];

/** The window that sees every row. */
export const LIFETIME = 'lifetime';

/** Default of {@link WindowFeatureDocument.maxCategories}. */
export const DEFAULT_MAX_CATEGORIES = 100;
