import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { PlumblineError } from '../../definition/error.js';
import { ModelRuntimes } from '../../model/adapter/model-runtimes.js';
import { OnnxRuntime } from '../../model/adapter/onnx.js';
import { TfjsRuntime } from '../../model/adapter/tfjs.js';
import { OnnxFiles } from '../../model/onnx-files.js';
import { ModelTraining } from '../train-model.js';
import type { FromTrainingThread, ToTrainingThread, TrainingThread } from './training-messages.js';

/** The entry of the training thread: one run, then it ends. Defects are thrown and reach the service as `error`. */
const service = parentPort!;
const answer = (message: FromTrainingThread): void => service.postMessage(message);

try {
  const { plan, onnxFolder, tfBackend } = workerData as TrainingThread;
  const imported = new OnnxRuntime(new OnnxFiles(onnxFolder));
  const training = new ModelTraining(plan, new ModelRuntimes(new TfjsRuntime(tfBackend), imported));
  for (;;) {
    const next = once(service, 'message') as Promise<[ToTrainingThread]>;
    answer({ kind: 'ready' });
    const [message] = await next;
    if (message.kind === 'end') break;
    training.add(message.batch);
  }
  const model = await training.finish((done, total) => answer({ kind: 'progress', done, total }));
  answer({ kind: 'trained', model });
} catch (error) {
  if (!(error instanceof PlumblineError)) throw error;
  const { code, message, details } = error;
  answer({ kind: 'refused', code, message, details });
}
service.close();
