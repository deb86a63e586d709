import { type FittedTransformJson, parseFittedTransform } from '../compile/fitted-transform.js';
import { compileTransform } from '../compile/transform.js';
import { parseTimestamp } from '../definition/time.js';
import { architectureOf } from './architecture.js';
import type { ModelBundle } from './bundle.js';
import type { CascadeInput } from './cascade.js';
import type { ModelManifest } from './manifest.js';
import { type PostprocessState, scoresOf } from './postprocess.js';
import type { ModelRuntime, ModelWeights } from './runtime.js';
import { Scorer, type ScoringFolds, type ScoringParts } from './scorer.js';

/**
 * Makes a version ready to predict, its models of earlier rows too; `cascade` are the models that it reads. What was loaded
 * before one of them fails is freed.
 */
export async function loadScorer(
  runtime: ModelRuntime,
  bundle: ModelBundle,
  cascade: readonly CascadeInput[],
): Promise<Scorer> {
  const { manifest, weights } = bundle;
  const { parameters } = manifest.record;
  const { boundary } = manifest.record.trainingSet.query;
  const parts = await load(runtime, { ...manifest, parameters, weights });
  try {
    return new Scorer(parts, { cascade, boundary, folds: await loadFolds(runtime, bundle) });
  } catch (error) {
    parts.predictor.close();
    throw error;
  }
}

async function loadFolds(
  runtime: ModelRuntime,
  { manifest, folds }: ModelBundle,
): Promise<ScoringFolds | null> {
  if (folds === undefined) return null;
  const {
    parameters,
    evaluateFrom,
    finalFrom = evaluateFrom,
    folds: recorded,
    trainingSet,
  } = manifest.record;
  const { boundary } = trainingSet.query;
  const blocks: (ScoringParts & { readonly fromUs: bigint })[] = [];
  try {
    for (const [index, weights] of folds.entries()) {
      const parts = await load(runtime, { ...manifest.folds![index]!, parameters, weights });
      blocks.push({ ...parts, fromUs: parseTimestamp(recorded![index]!.from)! });
    }
  } catch (error) {
    for (const { predictor } of blocks) predictor.close();
    throw error;
  }
  return { finalFromUs: parseTimestamp(finalFrom)!, boundary, blocks };
}

type Loadable = {
  readonly transform: FittedTransformJson;
  readonly postprocess: PostprocessState;
  readonly parameters: ModelManifest['record']['parameters'];
  readonly weights: ModelWeights;
};

async function load(
  runtime: ModelRuntime,
  { transform: json, postprocess: state, parameters, weights }: Loadable,
): Promise<ScoringParts> {
  const transform = compileTransform(parseFittedTransform(json));
  const architecture = architectureOf(parameters, transform.slots, scoresOf(state));
  return { transform, predictor: await runtime.load(architecture, weights), state };
}
