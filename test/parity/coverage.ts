import type { Made } from './made.js';
import { OPERATION_IDS } from './shape.js';

/** What a run has tried: of how much use its answer is. */
export class Coverage {
  /** Cases in which an operation, at any level, gave something other than NULL in some row. */
  private readonly operations = new Map<string, number>(OPERATION_IDS.map((id) => [id, 0]));
  private readonly depths: number[] = [];
  private cases = 0;
  private values = 0;
  private nulls = 0;

  add(made: Made): void {
    this.cases++;
    this.depths[made.depth] = (this.depths[made.depth] ?? 0) + 1;
    this.values += made.values.length;
    this.nulls += made.values.filter((value) => value === null).length;
    const seen = new Set<string>();
    collect(made, seen);
    for (const id of seen) this.operations.set(id, this.operations.get(id)! + 1);
  }

  summary(): CoverageSummary {
    const depths = Array.from(this.depths, (count) => count ?? 0);
    return {
      operations: Object.fromEntries(this.operations),
      depths,
      medianDepth: middleOf(depths, this.cases),
      nullShare: this.values === 0 ? 0 : this.nulls / this.values,
    };
  }
}

export type CoverageSummary = {
  /** Of every operation, the cases in which it gave something other than NULL. */
  readonly operations: Readonly<Record<string, number>>;
  /** Cases by levels of calls. */
  readonly depths: readonly number[];
  readonly medianDepth: number;
  /** NULLs among the results of whole expressions. */
  readonly nullShare: number;
};

/** What a run must have tried to count, given how many cases it had; the reasons why it does not. */
export function shortcomings(summary: CoverageSummary, cases: number): readonly string[] {
  const least = Math.floor((LEAST_NON_NULL * Math.min(cases, FULL_RUN)) / FULL_RUN);
  const rare = Object.entries(summary.operations).filter(([, count]) => count < least);
  return [
    ...rare.map(([id, count]) => `${id} gave a value in ${count} cases, not ${least}`),
    ...(summary.medianDepth < LEAST_DEPTH ? [`the median depth is ${summary.medianDepth}`] : []),
    ...(summary.nullShare > MOST_NULLS ? [`${percent(summary.nullShare)} of the results are NULL`] : []),
  ];
}

/** The coverage for a person: every operation's count, the rarest first. */
export function coverageText(summary: CoverageSummary): string {
  const rarest = Object.entries(summary.operations).sort(([, a], [, b]) => a - b);
  const shown = summary.depths.map((count, depth) => (count === 0 ? '' : `${depth}: ${count}`));
  return [
    `non-NULL cases of each operation: ${rarest.map(([id, count]) => `${id} ${count}`).join(', ')}`,
    `cases by depth: ${shown.filter((text) => text !== '').join(', ')}; median ${summary.medianDepth}`,
    `NULL results: ${percent(summary.nullShare)}`,
  ].join('\n');
}

function collect(made: Made, seen: Set<string>): void {
  const { expression, parts, values } = made;
  if (expression.kind === 'call' && values.some((value) => value !== null)) seen.add(expression.operation);
  for (const part of parts) collect(part, seen);
}

/** The depth that half of the cases reach. */
function middleOf(depths: readonly number[], cases: number): number {
  let below = 0;
  for (const [depth, count] of depths.entries()) {
    below += count;
    if (below * 2 >= cases) return depth;
  }
  return 0;
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** What {@link FULL_RUN} cases must give of every operation; fewer cases as much less. */
const LEAST_NON_NULL = 500;
const FULL_RUN = 200_000;
const LEAST_DEPTH = 3;
const MOST_NULLS = 0.3;
