import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TrainingSetQuery } from '../model/manifest.js';
import { DEFAULT_TIME_COLUMN, type Retrieval, type RetrievalRequest } from '../offline/retrieval.js';
import type { RetrievalReport } from '../offline/store.js';
import type { TrainingSets } from '../registry/records.js';

/** A kept retrieval: what it was made from and what it holds (S25). */
export type TrainingSet = {
  readonly id: string;
  readonly rows: number;
  /** SHA-256 of the Parquet file, in hexadecimal. */
  readonly contentHash: string;
  readonly query: TrainingSetQuery;
  readonly report: RetrievalReport;
};

/** Makes training sets and keeps them, as Parquet files `<folder>/<id>.parquet` and records in the registry. */
export class TrainingSetStore {
  constructor(
    private readonly retrieval: Retrieval,
    private readonly records: TrainingSets,
    private readonly folder: string,
  ) {}

  /** Retrieves the frame's features and keeps the result. Throws what a retrieval throws. */
  async create(request: Omit<RetrievalRequest, 'include'>): Promise<TrainingSet> {
    await mkdir(this.folder, { recursive: true });
    const id = randomUUID();
    const unfinished = `${this.pathOf(id)}.tmp`;
    try {
      const report = await this.retrieval.toParquet(request, unfinished);
      const contentHash = await sha256OfFile(unfinished);
      const { rows } = report;
      const set: TrainingSet = { id, rows, contentHash, query: queryOf(request, report), report };
      await rename(unfinished, this.pathOf(id));
      await this.records.insert(request.project, id, set);
      return set;
    } catch (error) {
      await rm(unfinished, { force: true });
      await rm(this.pathOf(id), { force: true });
      throw error;
    }
  }

  /** Throws NOT_FOUND. */
  async get(project: string, id: string): Promise<TrainingSet> {
    const { record } = await this.records.get(project, id);
    return record as TrainingSet;
  }

  /** The Parquet file of a training set. */
  pathOf(id: string): string {
    return join(this.folder, `${id}.parquet`);
  }
}

function queryOf(
  request: Omit<RetrievalRequest, 'include'>,
  { knowledge, boundary }: RetrievalReport,
): TrainingSetQuery {
  const { name, version } = request.service;
  const time = request.timeColumn ?? DEFAULT_TIME_COLUMN;
  return { featureService: name, version, time, knowledge, boundary };
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
