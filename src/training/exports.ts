import { parseFittedTransform } from '../compile/fitted-transform.js';
import { type FittedConstants, fittedConstants } from '../compile/sql/bigquery-constant.js';
import { bigqueryModel } from '../compile/sql/bigquery-model.js';
import type { ModelBundles } from '../model/bundle.js';
import type { ModelManifest } from '../model/manifest.js';
import { modelGraph } from '../model/model-graph.js';
import { DEFAULT_TIME_COLUMN } from '../offline/retrieval.js';
import { tarOf } from '../platform/tar.js';
import type { CatalogHolder } from '../registry/catalog.js';
import type { ModelVersions } from '../registry/records.js';

/** Where a model is made in BigQuery ML, and of which version. */
export type BigqueryRequest = {
  readonly project: string;
  readonly model: string;
  /** Version of the definition; default that of `trained`, else the latest. */
  readonly modelVersion?: number;
  /** A trained version, whose constants stand in place of functions inside of functions. */
  readonly trained?: number;
  /** `project.dataset.table` of the training rows. */
  readonly table: string;
  /** `project.dataset.model`; default the model's name beside the table. */
  readonly into?: string;
  /** The column that is T of each row; default that of the trained version's training set, else `as_of`. */
  readonly time?: string;
  readonly boundary?: 'inclusive' | 'exclusive';
};

export type TrainedVersion = { readonly project: string; readonly model: string; readonly version: number };

/** Models for elsewhere: the same definition, or the same trained version, in the form of other systems. */
export class Exports {
  constructor(
    private readonly catalog: CatalogHolder,
    private readonly versions: ModelVersions,
    private readonly bundles: ModelBundles,
  ) {}

  /**
   * The statements that make a model from the same definition in BigQuery ML, each ended by a semicolon. Throws NOT_FOUND,
   * and NOT_EXPORTABLE.
   */
  async bigqueryModel(request: BigqueryRequest): Promise<string> {
    const { project, model, table } = request;
    const manifest =
      request.trained === undefined ? null : await this.manifest(project, model, request.trained);
    const version = request.modelVersion ?? manifest?.record.definition.version;
    const query = manifest?.record.trainingSet.query;
    const { functions, statement } = bigqueryModel(this.catalog.current().model(project, model, version), {
      model: request.into ?? [...table.split('.').slice(0, -1), model].join('.'),
      table,
      time: request.time ?? query?.time ?? DEFAULT_TIME_COLUMN,
      boundary: request.boundary ?? query?.boundary ?? 'inclusive',
      trained: manifest && {
        version: manifest.version,
        constants: this.constantsOf(project, manifest),
      },
    });
    return [...functions, statement].map((each) => `${each};\n`).join('\n');
  }

  /**
   * A trained version as a tar of `model.json` and `weights.bin`, which plain tfjs's `loadGraphModel` reads. Throws NOT_FOUND
   * and NOT_EXPORTABLE.
   */
  async tfjs({ project, model, version }: TrainedVersion): Promise<Uint8Array> {
    await this.versions.get(project, model, version);
    const graph = modelGraph(await this.bundles.load(project, model, version));
    return tarOf([
      { name: 'model.json', bytes: Buffer.from(`${JSON.stringify(graph.json)}\n`) },
      { name: 'weights.bin', bytes: graph.weights },
    ]);
  }

  private constantsOf(project: string, { model, record, transform }: ModelManifest): FittedConstants {
    const definition = this.catalog.current().model(project, model, record.definition.version);
    return fittedConstants(definition.transform, parseFittedTransform(transform).nodes);
  }

  private async manifest(project: string, model: string, version: number): Promise<ModelManifest> {
    await this.versions.get(project, model, version);
    return this.bundles.manifest(project, model, version);
  }
}
