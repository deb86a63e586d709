import { setTimeout as sleep } from 'node:timers/promises';
import type { CatalogHolder } from './catalog.js';
import { compileProject } from './compile-project.js';
import type { Documents, DocumentsTransaction } from './documents.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** What a change of a project works on: its definitions as they are stored, and the transaction that changes them. */
export type Stored = { readonly before: ProjectDefinitions; readonly transaction: DocumentsTransaction };

/** Says soon that somebody may have changed the registry. Signals may be lost. */
export type ChangeSignals = {
  listen(channel: string, onSignal: () => void): { close(): Promise<void> };
};

/** What the other processes of a registry have heard of. */
export type OtherProcesses = {
  /** Notes the last change that this one serves. */
  serves(place: number): Promise<void>;
  /** Whether some other one does not serve a change yet. */
  someLack(place: number): Promise<boolean>;
};

/** Channel on which a change is told at once. */
const CHANGES_CHANNEL = 'plumbline_catalog';

/** How often the registry is asked for changes, where none was told, milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** How long an apply waits for the other processes, and how often it asks, milliseconds: one that hangs must not hold it. */
const WAIT_FOR_OTHERS_MS = 5_000;
const ASK_EVERY_MS = 25;

/**
 * The one way in which definitions change: committed, then compiled into the catalog, then heard of by its listeners. What
 * other processes change is heard of in the same way.
 */
export class Publishing {
  private turn: Promise<unknown> = Promise.resolve();
  /** Place of the last change that was heard of, and of this process's own ones since, by project. */
  private place: number;
  private readonly own = new Map<string, number>();
  private others: OtherProcesses | null = null;
  private stopping: (() => Promise<void>) | null = null;

  constructor(
    private readonly documents: Documents,
    private readonly catalogs: CatalogHolder,
    /** Of what the catalog was made from. */
    place: number,
  ) {
    this.place = place;
  }

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
   * this resolves, the change serves, in other processes too unless one of them is late. What `work` throws undoes it.
   */
  async change<T>(project: string, work: (stored: Stored) => Promise<T>): Promise<T> {
    const { result, place } = await this.inTurn(() => this.changeNow(project, work));
    await this.awaitOthers(place);
    return result;
  }

  /** Hears of what others change from now on; the first of failures in a row goes to `onDefect`, and all are tried again. */
  follow(signals: ChangeSignals, onDefect: (cause: unknown) => void): void {
    let isFailing = false;
    const look = (): void => {
      this.inTurn(() => this.refresh()).then(
        () => {
          isFailing = false;
        },
        (cause: unknown) => {
          if (!isFailing) onDefect(cause);
          isFailing = true;
        },
      );
    };
    const listening = signals.listen(CHANGES_CHANNEL, look);
    const timer = setInterval(look, LOOK_EVERY_MS);
    timer.unref();
    this.stopping = async () => {
      clearInterval(timer);
      await listening.close();
      await this.turn;
    };
  }

  /** From now on others are told what this process serves, and waited for when it changes something. */
  async together(others: OtherProcesses): Promise<void> {
    this.others = others;
    await others.serves(this.place);
  }

  /** Hears of nothing more. */
  async stop(): Promise<void> {
    await this.stopping?.();
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async changeNow<T>(
    project: string,
    work: (stored: Stored) => Promise<T>,
  ): Promise<{ readonly result: T; readonly place: number }> {
    const { result, versions, place } = await this.documents.change(async (transaction) => ({
      result: await this.with(transaction, project, work),
      versions: await transaction.of(project),
      place: await transaction.noteChange(project, CHANGES_CHANNEL),
    }));
    this.own.set(project, place);
    await this.catalogs.replace(this.catalogs.current().with(project, versions));
    return { result, place };
  }

  private async refresh(): Promise<void> {
    const changes = await this.documents.changesSince(this.place);
    if (changes.length === 0) return;
    const foreign = changes.filter(({ project, place }) => (this.own.get(project) ?? 0) < place);
    let catalog = this.catalogs.current();
    for (const { project } of foreign) catalog = catalog.with(project, await this.documents.of(project));
    if (foreign.length > 0) await this.catalogs.replace(catalog);
    this.place = changes.reduce((last, { place }) => Math.max(last, place), this.place);
    this.own.clear();
    await this.others?.serves(this.place);
  }

  private async awaitOthers(place: number): Promise<void> {
    const { others } = this;
    if (others === null) return;
    const untilMs = performance.now() + WAIT_FOR_OTHERS_MS;
    // Committed in any case: whoever cannot be asked now hears of it later.
    const lack = (): Promise<boolean> => others.someLack(place).catch(() => false);
    while (performance.now() < untilMs && (await lack())) await sleep(ASK_EVERY_MS);
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
