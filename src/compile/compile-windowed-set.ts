import type { ColumnBuilder } from '../definition/column-batch.js';
import type { EntityDocument, SourceDocument, WindowedFeatureSetDocument } from '../definition/document.js';
import { NAME_PATTERN } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { Problem } from '../definition/error.js';
import { documentError, keyColumnsOf, sourceScope } from './feature-set.js';
import { compileColumnarKernel } from './kernel.js';
import { SharedStates } from './shared-states.js';
import { stateProblem } from './window/state-size.js';
import type { WindowedFeature, WindowedFeatureSet } from './windowed-feature-set.js';
import { specsOf, type WindowedSpec } from './windowed-spec.js';

export type WindowedFeatureSetParts = {
  readonly document: WindowedFeatureSetDocument;
  readonly source: SourceDocument;
  readonly entity: EntityDocument;
  readonly version: number;
  readonly id: number;
};

/** Compiles a feature set of windows against its source and entity. Throws INVALID_DOCUMENT or INVALID_EXPRESSION with every problem. */
export function compileWindowedFeatureSet(parts: WindowedFeatureSetParts): WindowedFeatureSet {
  const { document, source, entity, version, id } = parts;
  const scope = sourceScope(source);
  const problems: Problem[] = [];
  const specs = document.features.flatMap((feature, index) =>
    specsOf(feature, { source, scope }, `/features/${index}`, problems),
  );
  const keyColumns = keyColumnsOf(document, entity, scope, problems);
  requireRetention(document, specs, problems);
  const shared = new SharedStates();
  const named = specs.flatMap((spec) => featuresOf(spec, shared.placeOf(spec)));
  requireNames(named, problems);
  const { inputs, states } = shared;
  const features = named.map(({ feature }) => feature);
  requireOneDirection(named, problems);
  // Labels have no online state.
  const isKept = problems.length === 0 && features.every((feature) => feature.completeAfterUs === null);
  const tooLarge = isKept ? stateProblem({ inputs, states, features }) : null;
  if (tooLarge !== null) problems.push({ path: named[tooLarge.feature]!.path, message: tooLarge.message });
  if (problems.length > 0) throw documentError(`feature set "${document.name}"`, problems);
  const keyTypes = entity.keys.map(({ type }) => type);
  const kernel = compileColumnarKernel(inputs);
  const what = { kind: 'windowed', name: document.name, version, id } as const;
  return { ...what, source, entity, keyColumns, keyTypes, inputs, kernel, states, features };
}

type PlacedFeature = { readonly path: string; readonly feature: WindowedFeature };

/** The features of a spec: its own, or with categories their names and their values. */
function featuresOf(spec: WindowedSpec, state: number): readonly PlacedFeature[] {
  const { path, name, writtenName, call, window, completeAfterUs, maxRows: max, defaultValue } = spec;
  const same = { writtenName, call, window, completeAfterUs, max, state, defaultValue };
  const aggregate = spec.categories?.aggregate ?? spec.aggregate;
  const { type, finish, finishInto } = aggregate;
  if (spec.categories === null)
    return [{ path, feature: { ...same, name, type, part: 'value', finish, finishInto } }];
  const { categoriesType, finishCategories } = spec.categories.aggregate;
  const [keys, values] = [`${name}_keys`, `${name}_values`];
  const ofKeys = {
    type: categoriesType,
    part: 'keys',
    finish: finishCategories,
    finishInto: (merged: unknown, to: ColumnBuilder, row: number) => to.set(row, finishCategories(merged)),
  } as const;
  return [
    { path, feature: { ...same, ...ofKeys, name: keys } },
    { path, feature: { ...same, type, part: 'values', finish, finishInto, name: values } },
  ];
}

const NAME = new RegExp(NAME_PATTERN);

/** Names that windows and categories make must be names, each once; SQL engines tell no upper from lower case. */
function requireNames(named: readonly PlacedFeature[], problems: Problem[]): void {
  const taken = new Set<string>();
  for (const { path, feature } of named) {
    const { name } = feature;
    if (!NAME.test(name)) {
      const message = `would be called "${name}", which is no name: it is longer than 63 characters or has "__"; rename it`;
      problems.push({ path: `${path}/name`, message });
    } else if (taken.has(name.toLowerCase())) {
      problems.push({ path: `${path}/name`, message: `"${name}" would be there twice; rename one` });
    }
    taken.add(name.toLowerCase());
  }
}

/** Labels are never kept online, so they are no part of a set that is. */
function requireOneDirection(named: readonly PlacedFeature[], problems: Problem[]): void {
  const [labels, others] = [true, false].map((isLabel) =>
    named.filter(({ feature }) => (feature.completeAfterUs !== null) === isLabel),
  );
  if (labels!.length === 0 || others!.length === 0) return;
  const { path, feature } = labels![0]!;
  const message = `"${feature.writtenName}" looks forward from T, beside "${others![0]!.feature.writtenName}", which looks back; put it into a feature set of its own (a feature service puts both side by side)`;
  problems.push({ path: `${path}/direction`, message });
}

/** What a window reaches back must still be there (S15); a lifetime needs all of it. */
function requireRetention(
  { retention }: WindowedFeatureSetDocument,
  specs: readonly WindowedSpec[],
  problems: Problem[],
): void {
  if (retention === undefined) return;
  const us = parseDuration(retention, '/retention');
  for (const { name, window } of specs) {
    const isCut = window.sizeUs === null || window.sizeUs + window.offsetUs > us;
    if (!isCut) continue;
    const message =
      window.sizeUs === null
        ? `stands beside the lifetime window of "${name}", which sees every row; leave it out (S15)`
        : `is shorter than the window of "${name}" reaches back; make it longer, or leave it out (S15)`;
    problems.push({ path: '/retention', message });
    return;
  }
}
