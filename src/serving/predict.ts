import type { CompiledModel, ModelInput } from '../compile/model.js';
import type { LatestVersions } from '../model/latest-versions.js';
import type { LoadedModels } from '../model/loaded-models.js';
import type { ModelManifest } from '../model/manifest.js';
import type { Scored } from '../model/scorer.js';
import type { AnswerLog } from '../online/answer-log.js';
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
export type Prediction = Scored & {
  readonly request: InferenceRequest;
  readonly version: number;
  /** T of the features, microseconds (S14). */
  readonly asOfUs: bigint;
};

/** What a model version takes and gives. */
export type ModelDescription = {
  readonly manifest: ModelManifest;
  /** Columns of an answer. */
  readonly outputs: readonly ModelInput[];
  /** Trained versions there are. */
  readonly versions: readonly number[];
};

export type PredictParts = {
  readonly catalog: CatalogHolder;
  readonly versions: ModelVersions;
  readonly latest: LatestVersions;
  readonly models: LoadedModels;
  readonly lookup: Lookup;
  readonly answers: AnswerLog;
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
      const request = parseInferenceRequest(body, {
        inputs: definition.inputs,
        outputs: loaded.scorer.outputs.map(({ name }) => name),
      });
      const service = definition.servedBy;
      const answer = await this.parts.lookup.lookup(service, request.inputs);
      this.parts.answers.offer({ project, service, asked: request.inputs, answer });
      const columns = new Map([...request.inputs.columns, ...lookupColumns(service, answer)]);
      const rows = { rowCount: request.inputs.rowCount, columns };
      const asOf = new BigInt64Array(rows.rowCount).fill(answer.asOfUs);
      return { request, version, asOfUs: answer.asOfUs, ...(await loaded.scorer.score(rows, asOf)) };
    });
  }

  /** Throws NOT_FOUND. */
  async describe(choice: ModelChoice): Promise<ModelDescription> {
    const version = await this.versionOf(choice);
    const { project, model } = choice;
    const versions = (await this.parts.versions.list(project, model)).map((each) => each.version);
    return this.parts.models.with({ project, model, version }, ({ manifest, scorer: { outputs } }) => ({
      manifest,
      outputs,
      versions,
    }));
  }

  private async versionOf({ project, model, version }: ModelChoice): Promise<number> {
    return version ?? this.parts.latest.of(project, model);
  }

  private definitionOf(project: string, { record }: ModelManifest): CompiledModel {
    const { name, version } = record.definition;
    return this.parts.catalog.current().model(project, name, version);
  }
}
