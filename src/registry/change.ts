import type { DocumentKind } from '../definition/document.js';
import { type Dependant, dependantsOf } from './dependants.js';
import type { JsonSchema } from './document.schema.js';
import type { ChangeAction, Draft, PlannedChange } from './plan.js';
import { registeredRowSchema } from './row-schema.js';
import { type TypedDifference, withTypes } from './typed-difference.js';
import { warningsOf } from './warnings.js';

/** What registering one document did, or would do. */
export type Change = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly action: ChangeAction;
  readonly version: number;
  readonly differences: readonly TypedDifference[];
  /** Who uses the version that was the latest before. */
  readonly dependants: readonly ChangedDependant[];
  /** What its author may not want. */
  readonly warnings: readonly string[];
  /** A new feature set version takes its online state from these rows; `rows` is null where nobody knows how many. */
  readonly primedFrom?: { readonly source: string; readonly rows: bigint | null };
  readonly rowSchema?: JsonSchema;
};

export type ChangedDependant = Dependant & {
  /** Whether it goes on using the version before; what rests on an entity or source follows its latest version. */
  readonly pinned: boolean;
  /** A version of it that the same request registers, and that uses the new version. */
  readonly next?: number;
};

/** What is known when every document of a request is planned. */
export type ChangeContext = {
  readonly draft: Draft;
  /** Rows in the log of each source that feature sets of the request read; null where nobody knows. */
  readonly sourceRows: ReadonlyMap<string, bigint | null>;
};

/** A planned change as it is answered. */
export function changeOf(planned: PlannedChange, { draft, sourceRows }: ChangeContext): Change {
  const { action, latest, next, differences } = planned;
  const { kind, name, version } = next.stored;
  const rowSchema = registeredRowSchema(next);
  const source = primedSource(planned);
  return {
    kind,
    name,
    action,
    version,
    differences: latest === null ? [] : differences.map((each) => withTypes(each, latest, next)),
    dependants: changedDependants(planned, draft),
    warnings: warningsOf(planned, draft),
    ...(source !== null && { primedFrom: { source, rows: sourceRows.get(source) ?? null } }),
    ...(rowSchema !== null && { rowSchema }),
  };
}

/** The sources that planned feature set versions are primed from. */
export function primedSources(planned: readonly PlannedChange[]): ReadonlySet<string> {
  return new Set(planned.map(primedSource).filter((source) => source !== null));
}

function primedSource({ action, next }: PlannedChange): string | null {
  const { document } = next.stored;
  const isNew = action === 'created' || action === 'newVersion';
  return isNew && document.kind === 'FeatureSet' ? (document.source ?? null) : null;
}

function changedDependants(
  { action, next, dependants }: PlannedChange,
  { after }: Draft,
): readonly ChangedDependant[] {
  const replaced =
    action === 'newVersion' && (next.stored.kind === 'FeatureSet' || next.stored.kind === 'FeatureService');
  const moved = replaced ? dependantsOf(next.stored, after) : [];
  return dependants.map((dependant) => {
    const to = moved.findLast(({ kind, name }) => kind === dependant.kind && name === dependant.name);
    const { kind, name, version } = dependant;
    return { kind, name, version, pinned: replaced, ...(to !== undefined && { next: to.version }) };
  });
}
