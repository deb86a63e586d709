import { parseFittedTransform } from '../compile/fitted-transform.js';
import { type GraphModel, type GraphOutput, graphModel } from '../compile/graph/graph-model.js';
import { type TransformGraph, transformGraph } from '../compile/graph/transform-graph.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { architectureOf } from './architecture.js';
import type { ModelBundle } from './bundle.js';
import { importedFile } from './imported-model.js';
import type { ModelManifest } from './manifest.js';
import { scoresOf } from './postprocess.js';
import { outputGraph } from './postprocess-graph.js';
import { scoreGraph } from './score-graph.js';

/**
 * A trained version as one graph that plain tfjs loads, with nothing of ours: transform, model and post-processing. It
 * computes in float32, so it agrees with the service within S8's tolerance and not bit for bit. Throws NOT_EXPORTABLE with
 * every part of the transform that a graph cannot carry.
 */
export function modelGraph({ manifest, weights }: ModelBundle): GraphModel {
  const problems: Problem[] = [];
  manifest.record.cascade?.forEach(({ alias }, index) => {
    const message = `"${alias}" is another model, which is not part of the graph; export that one by itself and pass what it predicts`;
    problems.push({ path: `/cascade/${index}`, message });
  });
  const transform = transformGraph(parseFittedTransform(manifest.transform), problems);
  if (importedFile(weights) !== null)
    problems.push({ path: '/trainer', message: 'is an ONNX file; give that file to who wants the model' });
  if (manifest.postprocess.task === 'multiClass' && manifest.postprocess.calibration !== undefined) {
    const message = 'of several classes has no float32 form close enough; train without it';
    problems.push({ path: '/postprocess/calibration', message });
  }
  if (transform === null || problems.length > 0) throw notExportable(manifest, problems);
  const { values, builder, vector } = transform;
  const { postprocess, schema, record } = manifest;
  const architecture = architectureOf(record.parameters, schema.transformed, scoresOf(postprocess));
  const scores = scoreGraph({ values, vector }, architecture, weights);
  const outputs: GraphOutput[] = [
    { name: 'vector', node: vector, shape: [-1, architecture.width] },
    ...outputGraph(values, scores, postprocess),
  ];
  return graphModel(builder, outputs, { plumbline: metadataOf(manifest, transform) });
}

/** What a caller needs to feed the graph and to name what it gives. */
function metadataOf(
  { project, model, version, schema, postprocess, record }: ModelManifest,
  { vocabulary }: TransformGraph,
): Readonly<Record<string, unknown>> {
  return {
    project,
    model,
    version,
    transformHash: record.transformHash,
    weightsHash: record.weightsHash,
    inputs: schema.raw,
    vocabulary: vocabulary.strings,
    slots: schema.transformed.map(({ name }) => name),
    postprocess,
  };
}

function notExportable({ model, version }: ModelManifest, problems: readonly Problem[]): PlumblineError {
  const [first] = problems;
  return new PlumblineError(
    'NOT_EXPORTABLE',
    `version ${version} of model "${model}" has no float32 graph: ${first!.path}: ${first!.message}`,
    { problems },
  );
}
