import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ParquetFiles } from '../offline/parquet-files.js';
import type { Retrieval } from '../offline/retrieval.js';
import { parseSnapshot } from '../offline/snapshot.js';
import { answerNames, EXTRA_COLUMNS, type ExtraColumn } from '../offline/store.js';
import type { JobContext } from '../platform/job.js';
import type { CatalogHolder } from '../registry/catalog.js';
import type { Difference } from './reproduction.js';
import { sha256OfFile, type TrainingSet, type TrainingSetStore } from './training-sets.js';

export type RetrieveAgainParts = {
  readonly catalog: CatalogHolder;
  readonly retrieval: Retrieval;
  readonly trainingSets: TrainingSetStore;
  readonly parquet: ParquetFiles;
};

/** Makes training sets once more from history, by their own query and snapshot (S19, S25). */
export class RetrieveAgain {
  constructor(private readonly parts: RetrieveAgainParts) {}

  /**
   * Retrieves the frame of a training set, the set without its features, and compares the files. Throws what a retrieval
   * throws: HISTORY_EXPIRED where history does not keep the rows any more.
   */
  async differences(
    set: TrainingSet,
    { project, folder, signal }: JobContext,
  ): Promise<readonly Difference[]> {
    const { catalog, retrieval, trainingSets, parquet } = this.parts;
    const { featureService, version, time: timeColumn, knowledge, boundary } = set.query;
    const service = catalog.current().featureService(project, featureService, version);
    const made = trainingSets.pathOf(set.id);
    const names = new Set((await parquet.columns(made)).map(({ name }) => name));
    const include = EXTRA_COLUMNS.filter((extra) =>
      namesOf(service, [extra]).every((name) => names.has(name)),
    );
    const frame = { kind: 'file', path: join(folder, 'frame.parquet'), format: 'parquet' } as const;
    const again = join(folder, 'again.parquet');
    const snapshot = parseSnapshot(set.report.snapshot);
    try {
      await parquet.copyWithout(made, new Set(namesOf(service, include)), frame.path);
      const request = { project, service, frame, timeColumn, knowledge, boundary, include, snapshot, signal };
      await retrieval.toParquet(request, again);
      const found = await sha256OfFile(again);
      return found === set.contentHash ? [] : [{ what: 'retrieval', recorded: set.contentHash, found }];
    } finally {
      await rm(frame.path, { force: true });
      await rm(again, { force: true });
    }
  }
}

function namesOf(service: CompiledFeatureService, include: readonly ExtraColumn[]): readonly string[] {
  return answerNames({ service, include });
}
