import type { DataSource, EntityManager } from 'typeorm';
import { exclusively, orConflict } from './database.js';
import type { StoredVersion } from './project-definitions.js';
import { DocumentVersion } from './tables.js';

/** Stored document versions, in the order they were made. */
export class Documents {
  constructor(private readonly database: DataSource) {}

  /** Every version of every project. */
  async all(): Promise<readonly StoredVersion[]> {
    const rows = this.database.getRepository(DocumentVersion);
    return (await rows.find({ order: { id: 'ASC' } })).map(storedOf);
  }

  /** Runs `work` in one transaction while nobody else changes the registry; what it throws undoes it all. */
  async change<T>(work: (documents: DocumentsTransaction) => Promise<T>): Promise<T> {
    return exclusively(this.database, (transaction) => work(new DocumentsTransaction(transaction)));
  }
}

/** Documents inside one exclusive transaction. */
export class DocumentsTransaction {
  constructor(private readonly transaction: EntityManager) {}

  /** Every version in one project. */
  async of(project: string): Promise<readonly StoredVersion[]> {
    const rows = await this.transaction.find(DocumentVersion, { where: { project }, order: { id: 'ASC' } });
    return rows.map(storedOf);
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
}

/** Only validated documents of the row's kind are ever stored. */
function storedOf(row: DocumentVersion): StoredVersion {
  return row as StoredVersion;
}
