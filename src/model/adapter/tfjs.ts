import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TfBackend } from '../../platform/configuration.js';
import type { Architecture } from '../architecture.js';
import { networkInputs } from '../network-inputs.js';
import { type Parameters, parametersOf, valuesOf } from '../parameters.js';
import type {
  Matrix,
  ModelRuntime,
  ModelWeights,
  Predictor,
  RuntimeDescription,
  TrainedWeights,
  TrainingRun,
} from '../runtime.js';
import { type NetworkEngine, trainNetwork } from '../train-network.js';
import { type LoadedTf, loadTf } from './backend.js';
import { isSimdNetwork, simdEngine } from './simd-engine.js';
import { forwardPass, type Graph, parameterTensors, type Tf, TfEngine } from './tf-engine.js';

/**
 * TensorFlow.js on the backend that the configuration names; by default WebAssembly on one thread: no binary to install, and
 * the same bits on every run.
 */
export class TfjsRuntime implements ModelRuntime {
  private loaded: Promise<LoadedTf> | null = null;

  constructor(private readonly backend: TfBackend = 'wasm') {}

  async describe(): Promise<RuntimeDescription> {
    const { tf, backend } = await this.tf();
    return { backend, libraries: { '@tensorflow/tfjs': tf.version.tfjs } };
  }

  async train(run: TrainingRun): Promise<TrainedWeights> {
    const engine = await this.engine(run.architecture);
    try {
      return trainNetwork(engine, run);
    } finally {
      engine.close();
    }
  }

  async load(architecture: Architecture, weights: ModelWeights): Promise<Predictor> {
    return new NetworkPredictor((await this.tf()).tf, architecture, weights);
  }

  /** Our own kernels where the backend is wasm and they carry the network, else the backend's operations. */
  private async engine(architecture: Architecture): Promise<NetworkEngine> {
    const { tf, backend } = await this.tf();
    const isOurs = backend === 'wasm' && isSimdNetwork(architecture);
    return isOurs ? simdEngine(architecture) : new TfEngine(tf, architecture);
  }

  private tf(): Promise<LoadedTf> {
    this.loaded ??= loadTf(this.backend);
    return this.loaded;
  }
}

/** Multiplications between two turns of the event loop: some milliseconds on one core. */
const MULTIPLICATIONS_AT_ONCE = 2 ** 24;

/** Of the layers, a row. */
function multiplicationsOf({ layers, wide }: Parameters): number {
  return layers.reduce((sum, { weights }) => sum + weights.length, 1 + (wide?.length ?? 0));
}

class NetworkPredictor implements Predictor {
  private readonly graph: Graph;
  private readonly tensors: ReturnType<typeof parameterTensors>;
  private readonly rowsAtOnce: number;
  isOver = false;

  constructor(tf: Tf, architecture: Architecture, weights: ModelWeights) {
    const parameters = parametersOf(architecture);
    this.graph = { tf, architecture, parameters };
    this.tensors = parameterTensors(this.graph, valuesOf(parameters, weights));
    this.rowsAtOnce = Math.max(1, Math.floor(MULTIPLICATIONS_AT_ONCE / multiplicationsOf(parameters)));
  }

  async predict({ rows, width, values }: Matrix): Promise<Matrix> {
    const { outputs } = this.graph.architecture;
    const scores = new Float32Array(rows * outputs);
    for (let from = 0; from < rows; from += this.rowsAtOnce) {
      if (from > 0) await nextTurn();
      const to = Math.min(from + this.rowsAtOnce, rows);
      const part = values.subarray(from * width, to * width);
      scores.set(this.scoresOf({ rows: to - from, width, values: part }), from * outputs);
    }
    return { rows, width: outputs, values: scores };
  }

  private scoresOf(inputs: Matrix): Float32Array {
    const { graph, tensors } = this;
    return graph.tf.tidy(() => {
      const { scores } = forwardPass(graph, tensors, networkInputs(graph.architecture, inputs));
      return scores.dataSync<'float32'>();
    });
  }

  close(): void {
    this.isOver = true;
    this.graph.tf.dispose([...this.tensors.values()]);
  }
}
