import type { TrainerKind } from '../../definition/document.js';
import type { Architecture } from '../architecture.js';
import { importedFile } from '../imported-model.js';
import type {
  ImportedModel,
  ModelRuntime,
  ModelWeights,
  Predictor,
  RuntimeDescription,
  TrainedWeights,
  TrainingRun,
} from '../runtime.js';

/** Models that are trained here by one runtime, models made elsewhere by another. */
export class ModelRuntimes implements ModelRuntime {
  constructor(
    private readonly trained: ModelRuntime,
    private readonly imported: ModelRuntime,
  ) {}

  describe(kind?: TrainerKind): Promise<RuntimeDescription> {
    return this.of(kind === 'onnx').describe(kind);
  }

  train(run: TrainingRun): Promise<TrainedWeights> {
    return this.of(run.trainer.kind === 'onnx').train(run);
  }

  load(architecture: Architecture, weights: ModelWeights): Promise<Predictor> {
    return this.of(importedFile(weights) !== null).load(architecture, weights);
  }

  inspect(bytes: Uint8Array): Promise<ImportedModel> {
    return this.imported.inspect!(bytes);
  }

  private of(isImported: boolean): ModelRuntime {
    return isImported ? this.imported : this.trained;
  }
}
