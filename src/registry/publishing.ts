import type { CatalogHolder } from './catalog.js';
import { compileProject } from './compile-project.js';
import type { Documents, DocumentsTransaction } from './documents.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** What a change of a project works on: its definitions as they are stored, and the transaction that changes them. */
export type Stored = { readonly before: ProjectDefinitions; readonly transaction: DocumentsTransaction };

/** The one way in which definitions change: committed, then compiled into the catalog, then heard of by its listeners. */
export class Publishing {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly documents: Documents,
    private readonly catalogs: CatalogHolder,
  ) {}

  /** The definitions of a project as they serve now. */
  current(project: string): ProjectDefinitions {
    return this.catalogs.current().definitions(project);
  }

  /** Runs `work`, which writes nothing, while nobody else changes the registry. */
  read<T>(project: string, work: (stored: Stored) => Promise<T>): Promise<T> {
    return this.documents.change((transaction) => this.with(transaction, project, work));
  }

  /**
   * Runs `work` in one transaction, one change after the other, then swaps the catalog and awaits its listeners: when
   * this resolves, the change serves. What `work` throws undoes it.
   */
  change<T>(project: string, work: (stored: Stored) => Promise<T>): Promise<T> {
    const changed = this.turn.then(() => this.changeNow(project, work));
    this.turn = changed.catch(() => undefined);
    return changed;
  }

  private async changeNow<T>(project: string, work: (stored: Stored) => Promise<T>): Promise<T> {
    const { result, versions } = await this.documents.change(async (transaction) => ({
      result: await this.with(transaction, project, work),
      versions: await transaction.of(project),
    }));
    await this.catalogs.replace(this.catalogs.current().with(project, versions));
    return result;
  }

  private async with<T>(
    transaction: DocumentsTransaction,
    project: string,
    work: (stored: Stored) => Promise<T>,
  ): Promise<T> {
    const before = compileProject(project, await transaction.of(project), this.current(project));
    return work({ before, transaction });
  }
}
