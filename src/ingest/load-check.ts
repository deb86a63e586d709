import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { elementTypeOf } from '../definition/value-type.js';
import type { InvalidPolicy, OfferedRows, RefusedRow } from './delivery.js';
import type { OfferedSpan } from './offered-span.js';
import { refusalOf } from './refusal.js';

/** Refused rows whose problems are kept for the error. */
const MAX_SHOWN = 20;

/** Counts the rows of a load that would be refused, and judges them before the first row is taken. */
export class LoadCheck {
  rowCount = 0;
  private refusedCount = 0;
  private readonly shown: RefusedRow[] = [];

  constructor(
    private readonly policy: { readonly invalid: InvalidPolicy; readonly maxInvalid: number },
    private readonly examine: (offered: OfferedRows) => readonly RefusedRow[],
  ) {}

  add({ offered }: OfferedSpan): void {
    const refused = this.examine(offered);
    this.rowCount += offered.rows.rowCount + offered.refused.length;
    this.refusedCount += refused.length;
    this.shown.push(...refused.slice(0, MAX_SHOWN - this.shown.length));
  }

  /** Throws INVALID_ROW or FUTURE_EVENT where no row may be refused, MOSTLY_INVALID where too many are. */
  judge(): void {
    if (this.refusedCount === 0) return;
    const refusal = refusalOf(this.shown, placeInFile);
    if (this.policy.invalid === 'refuse') throw refusal;
    if (this.refusedCount <= this.policy.maxInvalid * this.rowCount) return;
    const share = `${this.refusedCount} of ${this.rowCount} rows are refused, more than maxInvalid ${this.policy.maxInvalid} allows`;
    throw new PlumblineError('MOSTLY_INVALID', `${share}; first ${refusal.message}`, {
      ...refusal.details,
      refused: this.refusedCount,
      rows: this.rowCount,
    });
  }
}

/** Rows of a file are counted from 1 in messages. */
export function placeInFile(ordinal: number): string {
  return `/${ordinal + 1}`;
}

/** The columns that a rule can find fault with, once a file's types fit: times, keys, what has a range, embeddings. */
export function columnsThatCanBeWrong(
  source: SourceDocument,
  featureSets: readonly SourceFeatureSet[],
): ReadonlySet<string> {
  const ranged = source.columns.filter(({ type, dimension }) => {
    const scalar = elementTypeOf(type) ?? type;
    return dimension !== undefined || scalar === 'TIMESTAMP' || scalar === 'DATE';
  });
  const names = [
    source.eventTime,
    source.createdTime,
    source.eventId,
    source.tombstone,
    ...ranged.map(({ name }) => name),
    ...featureSets.flatMap(({ keyColumns }) => keyColumns),
  ];
  return new Set(names.filter((name) => name !== undefined));
}
