import type { TfBackend } from '../../platform/configuration.js';
import type { Architecture } from '../architecture.js';
import { networkInputs } from '../network-inputs.js';
import { parametersOf, valuesOf } from '../parameters.js';
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

class NetworkPredictor implements Predictor {
  private readonly graph: Graph;
  private readonly tensors: ReturnType<typeof parameterTensors>;

  constructor(
    tf: Tf,
    private readonly architecture: Architecture,
    weights: ModelWeights,
  ) {
    const parameters = parametersOf(architecture);
    this.graph = { tf, architecture, parameters };
    this.tensors = parameterTensors(this.graph, valuesOf(parameters, weights));
  }

  predict(inputs: Matrix): Matrix {
    const { graph, tensors, architecture } = this;
    const { rows } = inputs;
    const width = architecture.outputs;
    if (rows === 0) return { rows, width, values: new Float32Array(0) };
    return graph.tf.tidy(() => {
      const { scores } = forwardPass(graph, tensors, networkInputs(architecture, inputs));
      return { rows, width, values: Float32Array.from(scores.dataSync()) };
    });
  }

  close(): void {
    this.graph.tf.dispose([...this.tensors.values()]);
  }
}
