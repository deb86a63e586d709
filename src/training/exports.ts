import type { ModelBundles } from '../model/bundle.js';
import { modelGraph } from '../model/model-graph.js';
import { tarOf } from '../platform/tar.js';
import type { ModelVersions } from '../registry/records.js';

export type TrainedVersion = { readonly project: string; readonly model: string; readonly version: number };

/** Models for elsewhere: the same definition, or the same trained version, in the form of other systems. */
export class Exports {
  constructor(
    private readonly versions: ModelVersions,
    private readonly bundles: ModelBundles,
  ) {}

  /**
   * A trained version as a tar of `model.json` and `weights.bin`, which plain tfjs's `loadGraphModel` reads. Throws NOT_FOUND
   * and NOT_EXPORTABLE.
   */
  async tfjs({ project, model, version }: TrainedVersion): Promise<Uint8Array> {
    const recorded = await this.versions.get(project, model, version);
    const graph = modelGraph(await this.bundles.load(project, model, recorded.version));
    return tarOf([
      { name: 'model.json', bytes: Buffer.from(`${JSON.stringify(graph.json)}\n`) },
      { name: 'weights.bin', bytes: graph.weights },
    ]);
  }
}
