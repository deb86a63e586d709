import type { AnyFeatureSet, ChainedFeatureSet } from '../compile/chained-feature-set.js';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { isDefaultPostprocess } from '../compile/model-postprocess.js';
import type { WindowedFeatureSet } from '../compile/windowed-feature-set.js';
import { canonicalJson } from '../definition/canonical.js';
import {
  DEFAULT_DEDUPE_FOR,
  type DocumentKind,
  type FeatureSetDocument,
  type ModelDocument,
} from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { CompiledOf, Registered } from './project-definitions.js';

/**
 * What a version means (S26): defaults and pins resolved, expressions in their typed form, documentation left out. Two
 * documents that mean the same have the same meaning, however they are written.
 */
export function meaningOf<K extends DocumentKind>(registered: Registered<K>): unknown {
  const { kind, name } = registered.stored;
  const describe: (registered: Registered<K>) => unknown = MEANINGS[kind];
  return { kind, name, ...(describe(registered) as object) };
}

/** Whether two versions mean the same. */
export function sameMeaning(a: Registered, b: Registered): boolean {
  return canonicalJson(meaningOf(a)) === canonicalJson(meaningOf(b));
}

const MEANINGS: { readonly [K in DocumentKind]: (registered: Registered<K>) => unknown } = {
  Entity: ({ compiled }) => ({ keys: compiled.keys.map(({ name, type }) => ({ name, type })) }),
  Source: ({ compiled }) => sourceMeaning(compiled),
  FeatureSet: ({ stored, compiled }) => featureSetMeaning(stored.document, compiled),
  FeatureService: ({ compiled }) => serviceMeaning(compiled),
  Model: ({ stored, compiled }) => modelMeaning(stored.document, compiled),
};

/** The order of columns says nothing: rows name theirs. */
function sourceMeaning(source: CompiledOf['Source']): unknown {
  const { eventTime, createdTime, knownAfter, orderColumn, tombstone, eventId, future } = source;
  const us = (duration: string | undefined): bigint | undefined =>
    duration === undefined ? undefined : parseDuration(duration, '/');
  const columns = source.columns.map(({ name, type, dimension, scale }) => [
    name,
    { type, dimension, scale },
  ]);
  return {
    columns: Object.fromEntries(columns),
    eventTime,
    createdTime,
    knownAfterUs: createdTime === undefined ? parseDuration(knownAfter ?? '0s', '/knownAfter') : undefined,
    orderColumn,
    tombstone,
    eventId,
    dedupeForUs: eventId === undefined ? undefined : us(source.dedupeFor ?? DEFAULT_DEDUPE_FOR),
    future: future === 'hold' ? future : undefined,
    historyRetentionUs: us(source.historyRetention),
    stream: source.stream,
  };
}

function featureSetMeaning(document: FeatureSetDocument, compiled: AnyFeatureSet): unknown {
  switch (compiled.kind) {
    case 'stored':
      return storedMeaning(document, compiled);
    case 'windowed':
      return windowedMeaning(compiled);
    case 'chained':
      return chainedMeaning(compiled);
  }
}

function storedMeaning({ entity, source }: FeatureSetDocument, compiled: CompiledFeatureSet): unknown {
  const { keyColumns, features, lifetime } = compiled;
  return { entity, source, keyColumns, features, lifetime };
}

/** What each feature is, without the names of inputs and the places of states, which only say how they are shared. */
function windowedMeaning(compiled: WindowedFeatureSet): unknown {
  const { entity, source, keyColumns, inputs, states, features } = compiled;
  const expressions = new Map(inputs.map(({ name, expression }) => [name, expression]));
  const expressionOf = (input: string | null): unknown => (input === null ? null : expressions.get(input));
  return {
    entity: entity.name,
    source: source.name,
    keyColumns,
    features: features.map((feature) => {
      const { name, type, defaultValue, call, window, completeAfterUs, max, state, part } = feature;
      const { argument, filter, category, maxCategories } = states[state]!;
      const [over, by] = [expressionOf(argument), expressionOf(category)];
      const aggregate = { call, argument: over, filter: expressionOf(filter), category: by, maxCategories };
      const complete = completeAfterUs === null ? {} : { completeAfterUs };
      return { name, type, defaultValue, window, ...complete, max, part, aggregate };
    }),
  };
}

function chainedMeaning({ entity, inputs, features }: ChainedFeatureSet): unknown {
  return {
    entity: entity.name,
    inputs: inputs.map(({ alias, featureSet: { name, version }, keyPlaces }) => ({
      alias,
      featureSet: name,
      version,
      keys: keyPlaces.map((place) => entity.keys[place]!.name),
    })),
    features,
  };
}

/** The columns that requests bring are part of it, in no order: requests name theirs. */
function serviceMeaning({ uses, requestInputs, expressions }: CompiledFeatureService): unknown {
  const types = requestInputs.map(({ name, type }) => [name, type]);
  return {
    entries: uses.map(({ alias, featureSet, features, keyColumns }) => ({
      alias,
      featureSet: featureSet.name,
      version: featureSet.version,
      features,
      keyColumns,
    })),
    requestInputs: types.length === 0 ? undefined : Object.fromEntries(types),
    expressions: expressions.length === 0 ? undefined : expressions,
  };
}

function modelMeaning({ requestInputs }: ModelDocument, compiled: CompiledOf['Model']): unknown {
  const { service, label, transform, validateFromUs, evaluateFromUs, trainer, folds, postprocess, cascade } =
    compiled;
  return {
    featureService: service.name,
    serviceVersion: service.version,
    requestInputs: requestInputs ?? [],
    label,
    transform: transform.map(({ name, expression }) => ({ name, expression })),
    split: { validateFrom: validateFromUs ?? undefined, evaluateFrom: evaluateFromUs },
    trainer,
    folds: folds ?? undefined,
    postprocess: isDefaultPostprocess(postprocess) ? undefined : postprocess,
    cascade: cascade.length === 0 ? undefined : cascade.map(cascadeMeaning),
  };
}

/** A trained version never changes, nor does the definition that it was trained by. */
function cascadeMeaning({
  alias,
  model,
  trainedVersion,
  outputs,
}: CompiledOf['Model']['cascade'][number]): unknown {
  return { alias, model: model.name, trainedVersion, outputs: outputs.map(({ name }) => name) };
}
