import { type DataSource, type EntityManager, MoreThan } from 'typeorm';
import type { DocumentKind } from '../definition/document.js';
import { exclusively, orConflict } from './database.js';
import type { TrainedVersions } from './pins.js';
import type { StoredVersion } from './project-definitions.js';
import { type RecordedUse, recordedModels, recordedUses } from './recorded-uses.js';
import { ActivationRow, CatalogChangeRow, DocumentVersion, LastVersionRow } from './tables.js';
import type { StateDetails, VersionState } from './version-state.js';

/** Stored document versions, in the order they were made. */
export class Documents {
  constructor(private readonly database: DataSource) {}

  /** Every version of every project. */
  async all(): Promise<readonly StoredVersion[]> {
    const rows = this.database.getRepository(DocumentVersion);
    return (await rows.find({ order: { id: 'ASC' } })).map(storedOf);
  }

  /** Every version in one project. */
  async of(project: string): Promise<readonly StoredVersion[]> {
    const rows = this.database.getRepository(DocumentVersion);
    return (await rows.find({ where: { project }, order: { id: 'ASC' } })).map(storedOf);
  }

  /** Projects that were changed behind a place, each with that of its last change. */
  async changesSince(place: number): Promise<readonly ProjectChange[]> {
    return this.database.getRepository(CatalogChangeRow).findBy({ place: MoreThan(place) });
  }

  /** Place of the last change of all; 0 before the first. */
  async lastChange(): Promise<number> {
    return (await this.database.getRepository(CatalogChangeRow).maximum('place')) ?? 0;
  }

  /** Runs `work` in one transaction while nobody else changes the registry; what it throws undoes it all. */
  async change<T>(work: (documents: DocumentsTransaction) => Promise<T>): Promise<T> {
    return exclusively(this.database, (transaction) => work(new DocumentsTransaction(transaction)));
  }
}

/** The last change of a project. */
export type ProjectChange = { readonly project: string; readonly place: number };

/** Documents inside one exclusive transaction. */
export class DocumentsTransaction {
  constructor(private readonly transaction: EntityManager) {}

  /** Every version in one project. */
  async of(project: string): Promise<readonly StoredVersion[]> {
    const rows = await this.transaction.find(DocumentVersion, { where: { project }, order: { id: 'ASC' } });
    return rows.map(storedOf);
  }

  /** Notes that a project changed, and tells it on a channel once that is committed; gives its place among all changes. */
  async noteChange(project: string, channel: string): Promise<number> {
    const [row]: readonly { readonly place: number }[] = await this.transaction.query(
      `INSERT INTO catalog_change (project, place) VALUES ($1, nextval('catalog_place'))
       ON CONFLICT (project) DO UPDATE SET place = excluded.place RETURNING place`,
      [project],
    );
    await this.transaction.query(`SELECT pg_notify($1, '')`, [channel]);
    return row!.place;
  }

  /** Stores a version under a new id. Throws CONFLICT when it is there already. */
  async insert({ id: _, createdAt: __, ...version }: StoredVersion): Promise<void> {
    const { project, kind, name } = version;
    const message = `${kind} "${name}" has version ${version.version} in project "${project}" already`;
    await orConflict(this.transaction.insert(DocumentVersion, version), message);
  }

  /** Replaces the text of a stored version whose meaning stays: its documentation changed. */
  async redocument({ id, document, pins, revision }: StoredVersion): Promise<void> {
    await this.transaction.update(DocumentVersion, { id }, { document, pins, revision: revision + 1 });
  }

  /** Sets what operators decided of a version; an inactive one is not primed any more. */
  async setState({ id }: StoredVersion, state: VersionState, stateDetails: StateDetails): Promise<void> {
    await this.transaction.update(DocumentVersion, { id }, { state, stateDetails });
    if (state === 'inactive') await this.transaction.delete(ActivationRow, { setId: id });
  }

  /** Deletes versions, with their activations, and keeps their numbers from being given again. */
  async delete(versions: readonly StoredVersion[]): Promise<void> {
    for (const { id, project, kind, name, version } of versions) {
      await this.transaction.query(
        `INSERT INTO last_version (project, kind, name, version) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project, kind, name) DO UPDATE SET version = greatest(last_version.version, excluded.version)`,
        [project, kind, name, version],
      );
      await this.transaction.delete(DocumentVersion, { id });
    }
  }

  /** The highest number that any deleted version of each name of a project had. */
  async lastVersions(project: string): Promise<LastVersions> {
    const rows = await this.transaction.findBy(LastVersionRow, { project });
    const byName = new Map(rows.map(({ kind, name, version }) => [`${kind}/${name}`, version]));
    return (kind, name) => byName.get(`${kind}/${name}`) ?? 0;
  }

  /** Every trained version of the project's models. */
  async trainedVersions(project: string): Promise<TrainedVersions> {
    const byModel = Map.groupBy(await recordedModels(this.transaction, project), ({ model }) => model);
    return (model) => byModel.get(model) ?? [];
  }

  /** What the project's trained models and training sets rest on. */
  recordedUses(project: string): Promise<readonly RecordedUse[]> {
    return recordedUses(this.transaction, project);
  }
}

/** The highest number of a deleted version; 0 where none was deleted. */
export type LastVersions = (kind: DocumentKind, name: string) => number;

/** Only validated documents of the row's kind are ever stored. */
function storedOf(row: DocumentVersion): StoredVersion {
  return row as StoredVersion;
}
