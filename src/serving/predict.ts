import type { CompiledModel } from '../compile/model.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import type { LatestVersions } from '../model/latest-versions.js';
import type { LoadedModel, LoadedModels } from '../model/loaded-models.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Matrix } from '../model/runtime.js';
import type { Lookup } from '../online/lookup.js';
import { lookupColumns } from '../online/lookup-columns.js';
import type { CatalogHolder } from '../registry/catalog.js';
import type { ModelVersions } from '../registry/records.js';
import { type InferenceRequest, parseInferenceRequest } from './inference-request.js';

/** Which model a caller means; without a version, the latest trained one. */
export type ModelChoice = {
  readonly project: string;
  readonly model: string;
  readonly version?: number;
};

/** Predictions for the rows of one request. */
export type Prediction = {
  readonly request: InferenceRequest;
  readonly version: number;
  /** T of the features, microseconds (S14). */
  readonly asOfUs: bigint;
  /** One a row. */
  readonly probabilities: Float32Array;
  /** The model input of every row. */
  readonly vectors: Matrix;
};

export type PredictParts = {
  readonly catalog: CatalogHolder;
  readonly versions: ModelVersions;
  readonly latest: LatestVersions;
  readonly models: LoadedModels;
  readonly lookup: Lookup;
};

/** Predicts from latest features and request values, by the very transform the model was trained with (S24). */
export class Predict {
  constructor(private readonly parts: PredictParts) {}

  /** Answers the body of `infer`, all rows by one lookup and one prediction. Throws NOT_FOUND, INVALID_REQUEST, TOO_LARGE. */
  async infer(choice: ModelChoice, body: unknown): Promise<Prediction> {
    const version = await this.versionOf(choice);
    const { project, model } = choice;
    return this.parts.models.with({ project, model, version }, async (loaded) => {
      const definition = this.definitionOf(project, loaded.manifest);
      const request = parseInferenceRequest(body, definition.inputs);
      const answer = await this.parts.lookup.lookup(definition.service, request.inputs);
      const columns = new Map([...request.inputs.columns, ...lookupColumns(definition.service, answer)]);
      const rows = { rowCount: request.inputs.rowCount, columns };
      return { request, version, asOfUs: answer.asOfUs, ...predicted(loaded, rows, answer.asOfUs) };
    });
  }

  /** What a model version takes and gives, and the versions there are. Throws NOT_FOUND. */
  async describe(choice: ModelChoice): Promise<{ manifest: ModelManifest; versions: readonly number[] }> {
    const version = await this.versionOf(choice);
    const { project, model } = choice;
    const versions = (await this.parts.versions.list(project, model)).map((each) => each.version);
    return this.parts.models.with({ project, model, version }, ({ manifest }) => ({ manifest, versions }));
  }

  private async versionOf({ project, model, version }: ModelChoice): Promise<number> {
    return version ?? this.parts.latest.of(project, model);
  }

  private definitionOf(project: string, { record }: ModelManifest): CompiledModel {
    const { name, version } = record.definition;
    return this.parts.catalog.current().model(project, name, version);
  }
}

function predicted(
  { transform, predictor }: LoadedModel,
  rows: ColumnBatch,
  asOfUs: bigint,
): Pick<Prediction, 'vectors' | 'probabilities'> {
  const asOf = new BigInt64Array(rows.rowCount).fill(asOfUs);
  const values = transform.apply(rows, asOf);
  const vectors = { rows: rows.rowCount, width: transform.width, values };
  return { vectors, probabilities: predictor.predict(vectors) };
}
