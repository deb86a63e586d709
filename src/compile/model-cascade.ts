import type { CascadeDocument, InputDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { namesIn } from '../definition/expression.js';
import type { CompiledFeatureService } from './feature-service.js';
import type { Folds } from './model-folds.js';
import { predictionColumns } from './model-outputs.js';
import type { Postprocess } from './model-postprocess.js';
import { type Trainer, taskOf } from './model-trainer.js';
import { sourceOfColumn } from './service-source.js';
import type { TransformOutput } from './transform-output.js';

/** Another model whose predictions a transform reads. */
export type CompiledCascade = {
  readonly alias: string;
  /** Version number of the trained model, pinned. */
  readonly trainedVersion: number;
  /** The definition that it was trained by. */
  readonly model: UpstreamModel;
  /** Of its outputs, those that the transform may read, under their own names. */
  readonly outputs: readonly InputDocument[];
};

/** What a model needs to know of a definition that one which it reads was trained by. */
type UpstreamModel = {
  readonly name: string;
  readonly version: number;
  readonly service: CompiledFeatureService;
  readonly inputs: readonly InputDocument[];
  readonly transformInputs: readonly InputDocument[];
  readonly transform: readonly TransformOutput[];
  readonly trainer: Trainer;
  readonly folds: Folds | null;
  readonly postprocess: Postprocess;
  readonly cascade: readonly CompiledCascade[];
};

/** The trained version that a model reads, resolved. */
export type Upstream = Pick<CompiledCascade, 'trainedVersion' | 'model'>;

/** Who reads. */
type Reader = { readonly service: CompiledFeatureService; readonly inputs: readonly InputDocument[] };

/** Models over models over models: more than anybody can follow. */
const MAX_DEPTH = 8;

/** The name of another model's output in a transform. */
export function predictionName(alias: string, output: string): string {
  return `${alias}__${output}`;
}

/** What a transform sees of the models that it reads. */
export function cascadeColumns(cascade: readonly CompiledCascade[]): readonly InputDocument[] {
  return cascade.flatMap(({ alias, outputs }) =>
    outputs.map(({ name, type }) => ({ name: predictionName(alias, name), type })),
  );
}

/**
 * Checks the models that a model reads: each has folds, so that no row is scored by a model that has seen it, and reads nothing
 * that the reading model does not have under the same name from the same source, so that one lookup or frame serves all.
 */
export function compileCascade(
  documents: readonly CascadeDocument[],
  upstreams: readonly Upstream[],
  reader: Reader,
  problems: Problem[],
): readonly CompiledCascade[] {
  return documents.map((document, index) => {
    const path = `/cascade/${index}`;
    const refuse = (place: string, message: string): void => {
      problems.push({ path: `${path}${place}`, message });
    };
    const { alias } = document;
    const upstream = upstreams[index]!;
    const first = documents.findIndex((other) => other.alias.toLowerCase() === alias.toLowerCase());
    if (first < index) refuse('/alias', `"${alias}" is there twice; rename one`);
    if (reader.service.uses.some((use) => use.alias.toLowerCase() === alias.toLowerCase())) {
      refuse('/alias', `"${alias}" is an alias of the feature service already; choose another one`);
    }
    if (upstream.model.folds === null) refuse('/model', needsFolds(document, upstream));
    if (depthOf(upstream.model) >= MAX_DEPTH) {
      refuse('/model', `stands on ${MAX_DEPTH} models one on another already; read one of those directly`);
    }
    const missing = missingInputs(upstream.model, reader);
    if (missing.length > 0) refuse('/model', needsInputs(document, upstream, missing));
    return { alias, ...upstream, outputs: chosenOutputs(document, upstream, refuse) };
  });
}

/** The columns that rows must have for a model to score them: what its transform reads, and what the models that it reads do. */
function rawInputsOf({ transform, transformInputs, cascade }: UpstreamModel): readonly InputDocument[] {
  const read = new Set(transform.flatMap(({ expression }) => namesIn(expression)));
  const predicted = new Set(cascadeColumns(cascade).map(({ name }) => name));
  const own = transformInputs.filter(({ name }) => read.has(name) && !predicted.has(name));
  const all = [...own, ...cascade.flatMap(({ model }) => rawInputsOf(model))];
  return [...new Map(all.map((input) => [input.name, input])).values()];
}

function depthOf({ cascade }: UpstreamModel): number {
  return cascade.reduce((depth, { model }) => Math.max(depth, 1 + depthOf(model)), 0);
}

function chosenOutputs(
  document: CascadeDocument,
  { model }: Upstream,
  refuse: (place: string, message: string) => void,
): readonly InputDocument[] {
  const all = predictionColumns(taskOf(model.trainer), model.postprocess.labels !== null);
  if (document.outputs === undefined) return all;
  document.outputs.forEach((output, index, outputs) => {
    const place = `/outputs/${index}`;
    if (outputs.indexOf(output) < index) refuse(place, `"${output}" is there twice; drop one`);
    if (all.some(({ name }) => name === output)) return;
    const known = all.map(({ name }) => name).join(', ');
    refuse(place, `model "${model.name}" gives no "${output}"; it gives ${known}`);
  });
  return all.filter(({ name }) => document.outputs!.includes(name));
}

type Missing = { readonly name: string; readonly what: string };

/** Inputs of a model that a reader lacks, or has from another source; the whole of them. */
function missingInputs(upstream: UpstreamModel, { service, inputs }: Reader): readonly Missing[] {
  return rawInputsOf(upstream).flatMap(({ name, type }): Missing[] => {
    const isInput = upstream.inputs.some((input) => input.name === name);
    if (isInput) {
      const has = inputs.some((input) => input.name === name && input.type === type);
      return has ? [] : [{ name, what: `request column of ${type}` }];
    }
    const source = sourceOfColumn(name, upstream.service);
    if (source !== null && service.outputs.some((output) => output.name === name)) {
      if (sourceOfColumn(name, service) === source) return [];
    }
    return [{ name, what: originOf(name, upstream.service) }];
  });
}

/** Where a feature comes from, for a person who is to add it. */
function originOf(name: string, { uses, name: service, version }: CompiledFeatureService): string {
  const use = uses.find(({ alias }) => name.startsWith(`${alias}__`));
  if (use === undefined) return `expression of feature service "${service}" version ${version}`;
  const { featureSet, keyColumns } = use;
  return `of feature set "${featureSet.name}" version ${featureSet.version} by ${keyColumns.join(', ')}`;
}

function needsFolds({ model }: CascadeDocument, { trainedVersion, model: upstream }: Upstream): string {
  if (upstream.trainer.kind === 'onnx') {
    return `version ${trainedVersion} of model "${model}" was made elsewhere, so nobody knows which rows it has seen; read a model that is trained here, with "trainer.folds"`;
  }
  return `version ${trainedVersion} of model "${model}" was trained without folds, so its predictions for rows that trained it know their labels; add "trainer.folds" to "${model}" and train it again`;
}

function needsInputs(
  { model }: CascadeDocument,
  { trainedVersion }: Upstream,
  missing: readonly Missing[],
): string {
  const listed = missing.map(({ name, what }) => `${name} (${what})`).join('; ');
  return `version ${trainedVersion} of model "${model}" reads what this model does not have: ${listed}; add it to the feature service under the same name, of the same version and by the same keys, or to requestInputs`;
}
