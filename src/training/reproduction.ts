import {
  type FittedTransformJson,
  fittedTransformJson,
  parseFittedTransform,
} from '../compile/fitted-transform.js';
import { fingerprint } from '../definition/canonical.js';
import type { ModelRecord } from '../model/manifest.js';
import type { RecordedVersion } from './train.js';

/** Something that is not as it was recorded. */
export type Difference = {
  /** Such as `weights`, `transform` or `metrics.evaluation.auc`. */
  readonly what: string;
  readonly recorded: unknown;
  /** Null where there is none. */
  readonly found: unknown;
};

type Trained = Pick<RecordedVersion, 'metrics' | 'record'> & {
  /** The fitted transform whose hash is in the record. */
  readonly transform: FittedTransformJson;
};

/** What two trainings from the same record must share. What an older version did not record is not compared. */
export function recordDifferences(recorded: Trained, again: Trained): readonly Difference[] {
  return [
    ...membersThatDiffer('parameters', recorded.record.parameters, again.record.parameters),
    ...differenceOf('evaluateFrom', recorded.record.evaluateFrom, again.record.evaluateFrom),
    ...differenceOf('validateFrom', recorded.record.validateFrom, again.record.validateFrom),
    ...transformDifferences(recorded, again),
    ...differenceOf('postprocess', recorded.record.postprocessHash, again.record.postprocessHash),
    ...differenceOf('epochs', recorded.record.epochs, again.record.epochs),
    ...differenceOf('cascade', recorded.record.cascade, again.record.cascade),
    ...differenceOf('folds', recorded.record.folds, again.record.folds),
    ...differenceOf('weights', recorded.record.weightsHash, again.record.weightsHash),
    ...membersThatDiffer('metrics', recorded.metrics, again.metrics),
  ];
}

/** What computed the two, where it differs. */
export function surroundingDifferences(recorded: ModelRecord, again: ModelRecord): readonly Difference[] {
  return [
    ...differenceOf('backend', recorded.runtime.backend, again.runtime.backend),
    ...membersThatDiffer('libraries', recorded.runtime.libraries, again.runtime.libraries),
    ...membersThatDiffer('surroundings', recorded.surroundings ?? undefined, again.surroundings ?? {}),
  ];
}

/**
 * By hash. Versions from before surroundings were recorded had their transform in another form, without what states say
 * besides and functions in another order: of these the members are compared that both have.
 */
function transformDifferences(recorded: Trained, again: Trained): readonly Difference[] {
  const difference = differenceOf('transform', recorded.record.transformHash, again.record.transformHash);
  if (difference.length === 0 || recorded.record.surroundings !== null) return difference;
  return membersThatDiffer('transform', byName(recorded.transform), byName(again.transform));
}

/** In today's form, functions and outputs by their names. */
function byName(json: FittedTransformJson): object {
  const { inputs, nodes, outputs } = fittedTransformJson(parseFittedTransform(json));
  const named = (all: readonly unknown[]): object =>
    Object.fromEntries((all as readonly { readonly name: string }[]).map((each) => [each.name, each]));
  return { inputs: named(inputs), functions: named(nodes), outputs: named(outputs) };
}

function differenceOf(what: string, recorded: unknown, found: unknown): readonly Difference[] {
  if (recorded === undefined || isSame(recorded, found)) return [];
  return [{ what, recorded, found: found ?? null }];
}

/** Member by member, members of members by their path. */
function membersThatDiffer(what: string, recorded: object | undefined, found: object): readonly Difference[] {
  const others = new Map(Object.entries(found));
  return Object.entries(recorded ?? {}).flatMap(([name, value]) => {
    const path = `${what}.${name}`;
    const other: unknown = others.get(name);
    return isRecord(value) && isRecord(other)
      ? membersThatDiffer(path, value, other)
      : differenceOf(path, value, other);
  });
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  return fingerprint({ of: a ?? null }) === fingerprint({ of: b ?? null });
}
