import { type DataSource, Raw } from 'typeorm';
import { PlumblineError } from '../definition/error.js';
import { exclusively, orConflict } from './database.js';
import { ModelVersionRow, TrainingSetRow } from './tables.js';

/** A training set as it was recorded; `record` is plain data, kept exactly. */
export type StoredTrainingSet = Readonly<TrainingSetRow>;

/** A trained model version as it was recorded. */
export type StoredModelVersion = Readonly<ModelVersionRow>;

/** Records of training sets (S25). They are never changed. */
export class TrainingSets {
  constructor(private readonly database: DataSource) {}

  /** Throws CONFLICT when the project has a training set of this id. */
  async insert(project: string, id: string, record: object): Promise<StoredTrainingSet> {
    const rows = this.database.getRepository(TrainingSetRow);
    const message = `project "${project}" has a training set "${id}" already`;
    await orConflict(rows.insert({ project, id, record }), message);
    return this.get(project, id);
  }

  /** Throws NOT_FOUND. */
  async get(project: string, id: string): Promise<StoredTrainingSet> {
    const row = await this.database.getRepository(TrainingSetRow).findOneBy({ project, id });
    if (row !== null) return row;
    throw new PlumblineError('NOT_FOUND', `project "${project}" has no training set "${id}"`);
  }

  /** Newest first. */
  async list(project: string): Promise<readonly StoredTrainingSet[]> {
    const rows = this.database.getRepository(TrainingSetRow);
    return rows.find({ where: { project }, order: { createdAt: 'DESC', id: 'ASC' } });
  }
}

/** Records of trained model versions (S25), numbered from 1 for each model. They are never changed. */
export class ModelVersions {
  constructor(private readonly database: DataSource) {}

  /** Stores a record under the model's next version; `recordOf` may name the version in it, and must not use the registry. */
  async insert(
    project: string,
    model: string,
    recordOf: (version: number) => Promise<object> | object,
  ): Promise<StoredModelVersion> {
    return exclusively(this.database, async (transaction) => {
      const last = await transaction.maximum(ModelVersionRow, 'version', { project, model });
      const version = (last ?? 0) + 1;
      const record = await recordOf(version);
      const row = transaction.create(ModelVersionRow, { project, model, version, record });
      return transaction.save(row);
    });
  }

  /** The latest version without `version`. Throws NOT_FOUND, naming what exists. */
  async get(project: string, model: string, version?: number): Promise<StoredModelVersion> {
    const rows = this.database.getRepository(ModelVersionRow);
    const where = { project, model, ...(version !== undefined && { version }) };
    const row = await rows.findOne({ where, order: { version: 'DESC' } });
    if (row !== null) return row;
    const last = await rows.maximum('version', { project, model });
    const known = last === null ? 'it has none; train it first' : `the latest is ${last}`;
    const wanted = version === undefined ? 'trained version' : `trained version ${version}`;
    throw new PlumblineError('NOT_FOUND', `model "${model}" has no ${wanted}; ${known}`);
  }

  /** The newest version whose fitted transform has this fingerprint. Throws NOT_FOUND. */
  async withTransform(project: string, transformHash: string): Promise<StoredModelVersion> {
    const rows = this.database.getRepository(ModelVersionRow);
    const where = {
      project,
      record: Raw((column) => `${column} LIKE :hash`, { hash: `%"${transformHash}"%` }),
    };
    // A record also names the transforms of folds and of models that it reads.
    const named = await rows.find({ where, order: { createdAt: 'DESC', model: 'ASC', version: 'DESC' } });
    const row = named.find(({ record }) => ownTransform(record) === transformHash);
    if (row !== undefined) return row;
    const message = `project "${project}" has no fitted transform "${transformHash}"; the record of a model version names its own`;
    throw new PlumblineError('NOT_FOUND', message);
  }

  /** Oldest first. */
  async list(project: string, model: string): Promise<readonly StoredModelVersion[]> {
    const rows = this.database.getRepository(ModelVersionRow);
    return rows.find({ where: { project, model }, order: { version: 'ASC' } });
  }
}

function ownTransform(record: unknown): string | undefined {
  return (record as { readonly record?: { readonly transformHash?: string } }).record?.transformHash;
}
