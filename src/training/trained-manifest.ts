import { fittedTransformJson } from '../compile/fitted-transform.js';
import { featureSetsOf } from '../compile/service-reads.js';
import { fingerprint } from '../definition/canonical.js';
import { formatTimestamp } from '../definition/time.js';
import { type ModelBundle, weightsHash } from '../model/bundle.js';
import type { FoldManifest, FoldRecord, ModelManifest, ModelRecord } from '../model/manifest.js';
import { MANIFEST_FORMAT, schemaOf } from '../model/manifest-format.js';
import type { Surroundings } from '../platform/surroundings.js';
import type { FittedModel, TrainedFold, TrainedModel } from './trainer.js';
import type { Run, TrainedRun } from './training-run.js';

/** `model.json` of what was just trained. */
export function manifestOf(
  run: Run,
  { trained, cascade }: TrainedRun,
  {
    surroundings,
    ...named
  }: Pick<ModelManifest, 'version' | 'createdAt'> & { readonly surroundings: Surroundings },
): ModelManifest {
  const { project, model } = run;
  const { fitted, postprocess, metrics, folds } = trained;
  const transform = fittedTransformJson(fitted);
  const schema = schemaOf(transform, cascade);
  return {
    format: MANIFEST_FORMAT,
    project,
    model: model.name,
    ...named,
    signature: {
      inputs: model.inputs,
      features: model.servedBy.outputs,
      vector: schema.transformed.map(({ name }) => name),
    },
    schema,
    transform,
    postprocess,
    metrics,
    record: { ...recordOf(run, { trained, cascade }), surroundings },
    tensors: tensorsOf(trained),
    ...(folds.length > 0 && { folds: folds.map(foldManifest) }),
  };
}

/** What was just trained, as it is kept. */
export function bundleOf(manifest: ModelManifest, { weights, folds }: TrainedModel): ModelBundle {
  if (folds.length === 0) return { manifest, weights };
  return { manifest, weights, folds: folds.map((fold) => fold.weights) };
}

/** What a version was made from, but for what computed it (S25). */
export function recordOf(
  { model, set }: Run,
  { trained, cascade }: TrainedRun,
): Omit<ModelRecord, 'surroundings'> {
  const { epochs, folds, runtime } = trained;
  const { service, validateFromUs } = model;
  return {
    definition: { name: model.name, version: model.version },
    featureService: { name: service.name, version: service.version },
    featureSets: featureSetsOf(service).map(({ alias, featureSet: { name, version } }) => ({
      alias,
      name,
      version,
    })),
    trainingSet: {
      id: set.id,
      rows: set.rows,
      contentHash: set.contentHash,
      query: set.query,
      snapshot: set.report.snapshot,
    },
    parameters: model.trainer,
    epochs,
    ...(validateFromUs !== null && { validateFrom: formatTimestamp(validateFromUs) }),
    evaluateFrom: formatTimestamp(model.evaluateFromUs),
    ...(folds.length > 0 && { folds: folds.map(foldRecord) }),
    ...finalFromOf(model),
    ...(cascade.length > 0 && { cascade: cascade.map(({ record }) => record) }),
    runtime,
    ...hashesOf(trained),
  };
}

function finalFromOf({ folds, evaluateFromUs }: Run['model']): Pick<ModelRecord, 'finalFrom'> {
  if (folds === null || folds.labelKnownAfterUs === 0n) return {};
  return { finalFrom: formatTimestamp(evaluateFromUs + folds.labelKnownAfterUs) };
}

function foldManifest(fold: TrainedFold): FoldManifest {
  const { fitted, postprocess } = fold;
  return { transform: fittedTransformJson(fitted), postprocess, tensors: tensorsOf(fold) };
}

function foldRecord(fold: TrainedFold): FoldRecord {
  const { fromUs, rows, epochs } = fold;
  return { from: formatTimestamp(fromUs), rows, epochs, ...hashesOf(fold) };
}

function tensorsOf({ weights }: FittedModel): ModelManifest['tensors'] {
  return weights.map(({ name, shape }) => ({ name, shape }));
}

function hashesOf({ fitted, postprocess, weights }: FittedModel) {
  return {
    transformHash: fingerprint(fittedTransformJson(fitted)),
    postprocessHash: fingerprint(postprocess),
    weightsHash: weightsHash(weights),
  };
}
