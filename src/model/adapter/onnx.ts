import { PlumblineError } from '../../definition/error.js';
import type { Architecture } from '../architecture.js';
import { importedFile, importedWeights } from '../imported-model.js';
import type { OnnxFiles } from '../onnx-files.js';
import type {
  ImportedModel,
  Matrix,
  ModelRuntime,
  ModelWeights,
  Predictor,
  RuntimeDescription,
  TrainedWeights,
  TrainingRun,
} from '../runtime.js';
import type { OnnxReady, OnnxTensorInfo } from './onnx-messages.js';
import { OnnxSession } from './onnx-session.js';

/** Models made elsewhere, by ONNX Runtime on WebAssembly: one thread, no network, no binary to install. */
export class OnnxRuntime implements ModelRuntime {
  constructor(private readonly files: OnnxFiles) {}

  async describe(): Promise<RuntimeDescription> {
    const { version } = await import('onnxruntime-web').then(({ env }) => ({ version: env.versions.web }));
    return { backend: 'wasm', libraries: { 'onnxruntime-web': version ?? 'unknown' } };
  }

  /** Checks and keeps nothing: an import learns nothing here. Throws TRAINING_FAILED where the file does not fit the transform. */
  async train({ trainer, architecture }: TrainingRun): Promise<TrainedWeights> {
    const weights = importedWeights(await this.files.load(trainer.file ?? ''));
    const predictor = await this.load(architecture, weights);
    predictor.close();
    return { weights, run: 0, best: 0, loss: 0 };
  }

  /** Throws INVALID_FILE, and TRAINING_FAILED where the model is not of the architecture. */
  async load(architecture: Architecture, weights: ModelWeights): Promise<Predictor> {
    const session = await OnnxSession.open(importedFile(weights)!);
    try {
      const { input, output } = fitting(session.description, architecture);
      return new OnnxPredictor({ session, architecture, input, output });
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async inspect(bytes: Uint8Array): Promise<ImportedModel> {
    const session = await OnnxSession.open(bytes);
    session.close();
    const { inputs, outputs } = session.description;
    const input = onlyInput(inputs, 'INVALID_FILE');
    const width = input.shape[1];
    return {
      input: input.name,
      width: typeof width === 'number' ? width : null,
      outputs: outputs.map(({ name, type, shape }) => ({ name, type, shape })),
    };
  }
}

/** One float32 input [rows, width], any number of rows. */
function onlyInput(
  inputs: readonly OnnxTensorInfo[],
  code: 'INVALID_FILE' | 'TRAINING_FAILED',
): OnnxTensorInfo {
  const [input] = inputs;
  const found = inputs.map(({ name, type, shape }) => `${name}: ${type} [${shape.join(', ')}]`).join('; ');
  const refuse = (want: string): PlumblineError =>
    new PlumblineError(code, `the ONNX model takes ${found || 'nothing'}; ${want}`, {
      path: '/trainer/file',
    });
  if (input === undefined || inputs.length > 1)
    throw refuse('it must take one tensor: the transformed vector');
  if (input.type !== 'float32') throw refuse('its input must be float32: export it so');
  if (input.shape.length !== 2) throw refuse('its input must be [rows, width]');
  if (typeof input.shape[0] === 'number')
    throw refuse('its number of rows must not be fixed: export it with a dynamic first axis');
  return input;
}

/** Which input and output of the model are used. Throws TRAINING_FAILED. */
function fitting(
  { inputs, outputs }: OnnxReady,
  { width, imported }: Architecture,
): { readonly input: string; readonly output: string } {
  const input = onlyInput(inputs, 'TRAINING_FAILED');
  const refuse = (path: string, message: string): PlumblineError =>
    new PlumblineError('TRAINING_FAILED', message, { path });
  if (typeof input.shape[1] === 'number' && input.shape[1] !== width) {
    throw refuse(
      '/transform',
      `the ONNX model takes ${input.shape[1]} numbers a row, the transform gives ${width}`,
    );
  }
  const wanted = imported?.output ?? null;
  const numbers = outputs.filter(({ type }) => type === 'float32');
  const output = wanted === null ? numbers[0] : numbers.find(({ name }) => name === wanted);
  if (output !== undefined && (wanted !== null || numbers.length === 1))
    return { input: input.name, output: output.name };
  const names = numbers.map(({ name }) => name).join(', ') || 'none';
  throw refuse(
    '/trainer/output',
    `name the output that holds the scores; float32 outputs of the model are: ${names}`,
  );
}

type Parts = {
  readonly session: OnnxSession;
  readonly architecture: Architecture;
  readonly input: string;
  readonly output: string;
};

class OnnxPredictor implements Predictor {
  constructor(private readonly parts: Parts) {}

  get isOver(): boolean {
    return this.parts.session.isOver;
  }

  async predict({ rows, width, values }: Matrix): Promise<Matrix> {
    const { session, architecture, input, output } = this.parts;
    const { outputs } = architecture;
    if (rows === 0) return { rows, width: outputs, values: new Float32Array(0) };
    const question = { input, output, rows, width, values: values.slice() };
    const { shape, values: scores } = await session.run(question);
    const found = scores.length / rows;
    if (found === outputs) return { rows, width: outputs, values: scores };
    // Two probabilities of two classes, as scikit-learn's converter writes them: the second is that of TRUE.
    if (architecture.task === 'binary' && found === 2)
      return {
        rows,
        width: 1,
        values: Float32Array.from({ length: rows }, (_, row) => scores[2 * row + 1]!),
      };
    throw new PlumblineError(
      'PREDICTION_FAILED',
      `the ONNX model gives [${shape.join(', ')}] for ${rows} rows; ${outputs} numbers a row are needed`,
    );
  }

  close(): void {
    this.parts.session.close();
  }
}
