import type { Figures } from '../platform/health-figures.js';

/** Rows that came behind a newer one of their key, and those of them that found their place in a window trimmed already (S23). */
export type LateCounts = { readonly lateRows: number; readonly missedRows: number };

export const NO_LATE_ROWS: LateCounts = { lateRows: 0, missedRows: 0 };

export function addedLate(a: LateCounts, b: LateCounts): LateCounts {
  return { lateRows: a.lateRows + b.lateRows, missedRows: a.missedRows + b.missedRows };
}

/** Late rows of the windows of one source by feature set version, since the service started. A rebuild counts none. */
export class LateRows {
  private readonly bySet = new Map<string, LateCounts>();

  /** `set` as requests name it, `name@version`. */
  add(set: string, counts: LateCounts): void {
    if (counts.lateRows > 0) this.bySet.set(set, addedLate(this.bySet.get(set) ?? NO_LATE_ROWS, counts));
  }

  all(): Iterable<readonly [set: string, counts: LateCounts]> {
    return this.bySet;
  }
}

/** Counts of some versions, by `project/name@version`, as figures: their sums, and those of each. */
export function lateFigures(counts: Iterable<readonly [set: string, counts: LateCounts]>): Figures {
  let all = NO_LATE_ROWS;
  const figures: Record<string, number> = {};
  for (const [set, each] of counts) {
    all = addedLate(all, each);
    figures[`${set} lateRows`] = each.lateRows;
    figures[`${set} missedRows`] = each.missedRows;
  }
  return { ...all, ...figures };
}
