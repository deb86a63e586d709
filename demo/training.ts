import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import type { BinaryMetrics, Metrics, TrainingResult } from '../sdk/typescript/src/wire.js';
import { counted, type Progress } from './progress.js';

/** Makes a training set from a frame file by the feature service of the model's name, and trains the model on it. */
export async function trainOn(
  client: PlumblineClient,
  model: string,
  framePath: string,
  progress: Progress,
): Promise<TrainingResult> {
  const set = await client.createTrainingSet(
    { kind: 'parquet', path: framePath },
    { featureService: model, time: 'as_of' },
  );
  const { leakCount } = set.report;
  progress.line(
    `training set of ${counted(set.rows)} flights; ${counted(leakCount)} values a join by event time alone would have leaked`,
  );
  const trained = await client.waitForJob(await client.train(model, set.id));
  const [training, evaluation] = [trained.metrics.training, trained.metrics.evaluation].map(requireBinary);
  progress.line(
    `${model} version ${trained.version}: AUC ${training!.auc.toFixed(4)} on ${counted(training!.rows)} training flights, ` +
      `${evaluation!.auc.toFixed(4)} on ${counted(evaluation!.rows)} later ones`,
  );
  return trained;
}

function requireBinary(metrics: Metrics): BinaryMetrics {
  if (metrics.task === 'binary') return metrics;
  throw new Error(`the model predicts ${metrics.task}, not one of two classes`);
}
