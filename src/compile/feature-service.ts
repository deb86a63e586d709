import type { FeatureServiceDocument, InputDocument, ServiceEntryDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { namesIn } from '../definition/expression.js';
import type { KeyType, ValueType } from '../definition/value-type.js';
import { type AnyFeatureSet, rowCountOf } from './chained-feature-set.js';
import type { Scope } from './check.js';
import { type CompiledFeature, documentError } from './feature-set.js';
import { compileReadExpressions } from './read-expression.js';
import {
  addChained,
  addEntry,
  labelNames,
  type ServiceEntry,
  type ServiceRead,
  type ServiceReads,
  type UsedSet,
} from './service-reads.js';

/** A feature service version as lookup and retrieval use it: rows that are read, and values computed from them. */
export type CompiledFeatureService = {
  readonly name: string;
  readonly version: number;
  /** The feature sets it names, in its order. */
  readonly uses: readonly UsedSet[];
  /** The rows that are read: of every stored set it names, then what chained sets rest on beside them. */
  readonly entries: readonly ServiceEntry[];
  /** Values computed from those rows: features of chained sets, then the service's own expressions. */
  readonly reads: readonly ServiceRead[];
  /** Its own expressions, as it says them: the last of `reads`. */
  readonly expressions: readonly CompiledFeature[];
  /** What the answer holds, in its order. */
  readonly parts: readonly ServicePart[];
  /** The key columns a request must have, each once. */
  readonly keyColumns: readonly { readonly name: string; readonly type: KeyType }[];
  /** The values that a request must have beside its keys. */
  readonly requestInputs: readonly InputDocument[];
  /** Every output column, in the order of the parts. */
  readonly outputs: readonly { readonly name: string; readonly type: ValueType }[];
  /** Share of the keys whose answers are logged, 0 to 1; null is what the operator configured. */
  readonly answerLog: number | null;
};

/** The features of one entry, or computed values; each by its place in the service. */
export type ServicePart =
  | { readonly kind: 'entry'; readonly entry: number }
  | { readonly kind: 'reads'; readonly reads: readonly number[] };

/** Values that are computed for one answer at most: each costs at every row. */
const MAX_READS = 10_000;

/** Rows that are read for one answer at most. */
const MAX_ENTRIES = 5_000;

/** Compiles a service; `featureSetOf` gives the pinned version of an entry, or throws NOT_FOUND. */
export function compileFeatureService(
  document: FeatureServiceDocument,
  version: number,
  featureSetOf: (entry: ServiceEntryDocument) => AnyFeatureSet,
): CompiledFeatureService {
  const problems: Problem[] = [];
  const uses = document.entries.map((entry, index) =>
    compileEntry(entry, featureSetOf(entry), `/entries/${index}`, problems),
  );
  uses.forEach(({ alias }, index) => {
    if (uses.findIndex((use) => use.alias === alias) < index) {
      problems.push({
        path: `/entries/${index}/alias`,
        message: `"${alias}" is there twice; give one an alias`,
      });
    }
  });
  const keyColumns = requestKeyColumns(uses, problems);
  requireOwnNames(document, uses, keyColumns, problems);
  requireBound(uses, problems);
  if (problems.length > 0) throw documentError(`feature service "${document.name}"`, problems);
  const into: ServiceReads = { entries: [], reads: [] };
  const parts = partsOf(uses, into);
  const requestInputs = document.requestInputs ?? [];
  const expressions = compileExpressions(document, outputsOf(parts, into), problems);
  requireNoLabel(document, { ...into, expressions }, problems);
  const own = addExpressions(expressions, into);
  if (into.reads.length > MAX_READS) {
    const message = `takes ${into.reads.length} computed values, ${MAX_READS} at most; name the features it needs`;
    problems.push({ path: '/entries', message });
  }
  if (problems.length > 0) throw documentError(`feature service "${document.name}"`, problems);
  const all = own.length === 0 ? parts : [...parts, { kind: 'reads', reads: own } as const];
  const outputs = outputsOf(all, into);
  const whole = { ...into, expressions, parts: all, outputs, answerLog: document.answerLog ?? null };
  return { name: document.name, version, uses, keyColumns, requestInputs, ...whole };
}

function compileEntry(
  entry: ServiceEntryDocument,
  featureSet: AnyFeatureSet,
  path: string,
  problems: Problem[],
): UsedSet {
  const alias = entry.alias ?? entry.featureSet;
  const known = new Set(featureSet.features.map((feature) => feature.name));
  const names = entry.features ?? [...known];
  names.forEach((name, position) => {
    if (known.has(name) && names.indexOf(name) === position) return;
    const message = known.has(name)
      ? `"${name}" is there twice`
      : `feature set "${featureSet.name}" version ${featureSet.version} has no feature "${name}"`;
    problems.push({ path: `${path}/features/${position}`, message });
  });
  for (const key of Object.keys(entry.keys ?? {})) {
    if (!featureSet.entity.keys.some(({ name }) => name === key)) {
      const message = `entity "${featureSet.entity.name}" has no key "${key}"`;
      problems.push({ path: `${path}/keys/${key}`, message });
    }
  }
  const keyColumns = featureSet.entity.keys.map((key) => entry.keys?.[key.name] ?? key.name);
  return { alias, featureSet, features: names, keyColumns };
}

function requestKeyColumns(
  uses: readonly UsedSet[],
  problems: Problem[],
): CompiledFeatureService['keyColumns'] {
  const types = new Map<string, KeyType>();
  uses.forEach((use, index) => {
    use.keyColumns.forEach((name, position) => {
      const type = use.featureSet.keyTypes[position]!;
      const known = types.get(name) ?? type;
      types.set(name, known);
      if (known !== type) {
        const message = `request column "${name}" would be both ${known} and ${type}; map one under "keys"`;
        problems.push({ path: `/entries/${index}/keys`, message });
      }
    });
  });
  return [...types].map(([name, type]) => ({ name, type }));
}

/** Columns of one answer: engines tell no upper from lower case, and `<alias>__status` belongs to an entry. */
function requireOwnNames(
  { requestInputs = [], expressions = [] }: FeatureServiceDocument,
  uses: readonly UsedSet[],
  keyColumns: CompiledFeatureService['keyColumns'],
  problems: Problem[],
): void {
  const taken = new Map(keyColumns.map(({ name }) => [name.toLowerCase(), 'a key column']));
  const claim = (name: string, path: string, what: string): void => {
    const owner = taken.get(name.toLowerCase());
    if (owner === undefined) taken.set(name.toLowerCase(), what);
    else problems.push({ path, message: `"${name}" is ${owner} already; rename it` });
  };
  requestInputs.forEach(({ name }, index) => {
    claim(name, `/requestInputs/${index}/name`, 'a request input');
  });
  for (const { alias } of uses) {
    if (!taken.has(alias.toLowerCase())) taken.set(alias.toLowerCase(), 'an alias');
  }
  expressions.forEach(({ name }, index) => {
    claim(name, `/expressions/${index}/name`, 'an expression');
  });
}

function requireBound(uses: readonly UsedSet[], problems: Problem[]): void {
  const rows = uses.reduce((count, { featureSet }) => count + rowCountOf(featureSet), 0);
  if (rows <= MAX_ENTRIES) return;
  const message = `need ${rows} rows for one answer, ${MAX_ENTRIES} at most; leave out chained feature sets`;
  problems.push({ path: '/entries', message });
}

/** The rows of the answer first, so that chained sets share them. */
function partsOf(uses: readonly UsedSet[], into: ServiceReads): readonly ServicePart[] {
  const stored = uses.map(({ featureSet, ...use }): ServicePart | null =>
    featureSet.kind === 'chained' ? null : { kind: 'entry', entry: addEntry({ ...use, featureSet }, into) },
  );
  return uses.map(({ featureSet, ...use }, i): ServicePart => {
    if (featureSet.kind !== 'chained') return stored[i]!;
    return { kind: 'reads', reads: addChained({ ...use, featureSet }, into) };
  });
}

function outputsOf(
  parts: readonly ServicePart[],
  { entries, reads }: ServiceReads,
): CompiledFeatureService['outputs'] {
  return parts.flatMap((part) =>
    part.kind === 'entry'
      ? entries[part.entry]!.shown.map(({ outputName, type }) => ({ name: outputName, type }))
      : part.reads.map((place) => ({ name: reads[place]!.name, type: reads[place]!.type })),
  );
}

function compileExpressions(
  { requestInputs = [], expressions = [] }: FeatureServiceDocument,
  features: CompiledFeatureService['outputs'],
  problems: Problem[],
): readonly CompiledFeature[] {
  const scope: Scope = new Map([...features, ...requestInputs].map(({ name, type }) => [name, type]));
  return compileReadExpressions(expressions, { scope, seesEarlier: true, path: '/expressions' }, problems);
}

/** An expression is part of what is served, and a label cannot be. */
function requireNoLabel(
  document: FeatureServiceDocument,
  { entries, expressions }: Pick<CompiledFeatureService, 'entries' | 'expressions'>,
  problems: Problem[],
): void {
  const labels = labelNames({ entries });
  for (const { name, expression } of expressions) {
    const label = namesIn(expression).find((each) => labels.has(each));
    if (label === undefined) continue;
    const place = document.expressions!.findIndex((each) => each.name === name);
    const message = `reads "${label}", which looks forward from T, so it cannot be served; read it in the label of a model`;
    problems.push({ path: `/expressions/${place}/expression`, message });
  }
}

/** Adds the service's own expressions to what is computed; gives their places. */
function addExpressions(expressions: readonly CompiledFeature[], into: ServiceReads): readonly number[] {
  const restsOn = new Map<string, readonly number[]>();
  into.entries.forEach(({ features }, entry) => {
    for (const { outputName } of features) restsOn.set(outputName, [entry]);
  });
  for (const { name, entries } of into.reads) restsOn.set(name, entries);
  return expressions.map((each) => {
    const entries = new Set(namesIn(each.expression).flatMap((name) => restsOn.get(name) ?? []));
    restsOn.set(each.name, [...entries]);
    return into.reads.push({ ...each, entries: [...entries] }) - 1;
  });
}
