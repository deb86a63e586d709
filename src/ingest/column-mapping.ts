import type { SourceDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { placeOf, placeProblem } from '../definition/record-place.js';
import type { ValueType } from '../definition/value-type.js';

/** Source column to its place in the caller's records: a column's or member's name, or a JSON pointer such as `/a/b/0`. */
export type ColumnMapping = Readonly<Record<string, string>>;

/** Where a source's column comes from. */
export type MappedColumn = {
  readonly name: string;
  readonly type: ValueType;
  /** At least one name: the column or member, then what lies within. */
  readonly from: readonly string[];
};

/** What becomes of columns that a file has and the source lacks. */
export const EXTRA_POLICIES = ['refuse', 'ignore'] as const;
export type ExtraPolicy = (typeof EXTRA_POLICIES)[number];

/** How records become rows of a source. */
export type RowPlan = {
  readonly columns: readonly MappedColumn[];
  readonly extra: ExtraPolicy;
  /** Every column is where its own name says. */
  readonly isPlain: boolean;
};

/** The plan of a source whose columns are where their names say, unknown ones refused. */
export function plainPlan(source: SourceDocument): RowPlan {
  const columns = source.columns.map(({ name, type }) => ({ name, type, from: [name] }));
  return { columns, extra: 'refuse', isPlain: true };
}

/** The plan by a caller's mapping; columns it does not name keep their own. Throws INVALID_REQUEST. */
export function mappedPlan(source: SourceDocument, mapping: ColumnMapping, extra: ExtraPolicy): RowPlan {
  const given = new Map(Object.entries(mapping));
  const known = new Set(source.columns.map(({ name }) => name));
  const problems: Problem[] = [];
  for (const [name, from] of given) {
    const message = !known.has(name)
      ? `source "${source.name}" has no column "${name}"; it has ${[...known].join(', ')}`
      : placeProblem(from);
    if (message !== null) problems.push({ path: `/columns/${name}`, message });
  }
  if (problems.length > 0) {
    const listed = problems.map(({ message }) => message).join('; ');
    throw new PlumblineError('INVALID_REQUEST', listed, { path: problems[0]!.path, problems });
  }
  const columns = source.columns.map(({ name, type }) => ({
    name,
    type,
    from: placeOf(given.get(name) ?? name),
  }));
  return { columns, extra, isPlain: given.size === 0 };
}

/** A place as the caller would write it, for messages. */
export function shownPlace(from: readonly string[]): string {
  return from.length === 1
    ? from[0]!
    : from.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
