import { existsSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { PlumblineError } from './definition/error.js';
import { copiedLog, existingRegistry, isOnlineUnused, onlineStore, registryConnection } from './engines.js';
import { type FilesFolder, FilesPart } from './moving/files-part.js';
import { installationPlaces } from './moving/installation-places.js';
import { LogPart } from './moving/log-part.js';
import { type MoveMarks, type MoveParts, type PlannedPart, planMove, runMove } from './moving/move.js';
import type { MovingPart, Say } from './moving/moving-part.js';
import { OnlinePart } from './moving/online-part.js';
import { RegistryPart } from './moving/registry-part.js';
import { type Configuration, loadConfiguration } from './platform/configuration.js';
import { LOCK_FILE, lockDataDir, TEMPORARY_FOLDER } from './platform/data-dir.js';
import { endMigration, MIGRATION_FILE, markMigration, migrationMark } from './platform/migration-mark.js';
import { Catalog } from './registry/catalog.js';
import { databaseOptions, openDatabase } from './registry/database.js';
import { Documents } from './registry/documents.js';
import { Leases } from './registry/leases.js';

/** An installation and where it is to be: two configurations of the service. */
export type Migration = { readonly from: Configuration; readonly to: Configuration };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The migration between two files of configuration. Variables of the service would be of both, so they count for neither;
 * `PLUMBLINE_FROM_…` and `PLUMBLINE_TO_…` take their place, for passwords above all. Throws what `loadConfiguration` does.
 */
export function migrationOf(
  files: { readonly from: string; readonly to: string },
  environment: Environment,
  workingDir: string = process.cwd(),
): Migration {
  const load = (file: string, prefix: string): Configuration => {
    const own = Object.entries(environment).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[`PLUMBLINE_${name.slice(prefix.length)}`, value] as const] : [],
    );
    return loadConfiguration({ ...Object.fromEntries(own), PLUMBLINE_CONFIG: file }, workingDir);
  };
  return { from: load(files.from, 'PLUMBLINE_FROM_'), to: load(files.to, 'PLUMBLINE_TO_') };
}

/** What {@link migrateData} would do. Throws CONFLICT while a service runs on either, or the target is not empty. */
export function planMigration(migration: Migration): Promise<readonly PlannedPart[]> {
  return new Migrating(migration).run(planMove);
}

/**
 * Moves an installation whose service is stopped, and says what was compared in the end, by part. Killed at any moment, it
 * is to be run again. The source stays as it is, where it is.
 */
export function migrateData(migration: Migration, say: Say): Promise<Readonly<Record<string, string>>> {
  return new Migrating(migration).run((parts) => runMove(parts, say));
}

/** Opens what a migration needs, when it needs it, and closes all of it. */
class Migrating {
  private readonly closing: (() => unknown)[] = [];

  constructor(private readonly migration: Migration) {}

  async run<T>(work: (move: MoveParts) => Promise<T>): Promise<T> {
    try {
      return await work(await this.parts());
    } finally {
      for (const close of this.closing.reverse()) await close();
    }
  }

  private async parts(): Promise<MoveParts> {
    const { from, to } = this.migration;
    this.lock();
    const registry = await this.source();
    await requireStopped(registry);
    const catalog = Catalog.of(await new Documents(registry).all());
    const places = { from: installationPlaces(from), to: installationPlaces(to) };
    const all = [
      this.registryPart(registry),
      new FilesPart(fileFolders(from, to)),
      this.logPart(catalog),
      this.onlinePart(catalog),
    ];
    const parts = all.filter(({ name }) => places.from[name] !== places.to[name]);
    return { ...places, parts, marks: this.marks(places) };
  }

  /** A folder that is not there yet is nobody's. */
  private lock(): void {
    const { from, to } = this.migration;
    if (!existsSync(from.dataDir)) throw nothingAt(from.dataDir);
    for (const dataDir of new Set([from.dataDir, to.dataDir]))
      if (existsSync(dataDir)) this.closing.push(lockDataDir(dataDir));
  }

  private async source(): Promise<DataSource> {
    const { from } = this.migration;
    const connection = existingRegistry(from);
    if (connection === null) throw nothingAt(from.dataDir);
    return this.opened(await openDatabase(databaseOptions(connection)), (database) => database.destroy());
  }

  private registryPart(from: DataSource): MovingPart {
    const { to } = this.migration;
    const destroy = (database: DataSource): Promise<void> => database.destroy();
    return new RegistryPart({
      from,
      to: once(async () =>
        this.opened(await openDatabase(databaseOptions(await registryConnection(to))), destroy),
      ),
      existing: async () => {
        const connection = existingRegistry(to);
        if (connection === null) return null;
        return new DataSource(databaseOptions(connection)).initialize();
      },
    });
  }

  private logPart(catalog: Catalog): MovingPart {
    const [from, to] = [this.migration.from, this.migration.to].map((each) => this.log(each));
    const sources = catalog.sources().map(({ project, source }) => `${project}/${source.name}`);
    return new LogPart({ sources, from: from!, to: to! });
  }

  private onlinePart(catalog: Catalog): MovingPart {
    const { from, to } = this.migration;
    const [source, target] = [from, to].map((configuration) =>
      once(async () => this.opened(await onlineStore(configuration), (store) => store.close())),
    );
    const isUnused = (): Promise<boolean> => isOnlineUnused(to);
    return new OnlinePart({ from: source!, to: target!, isUnused, log: this.log(to), catalog });
  }

  private log(configuration: Configuration) {
    return this.opened(copiedLog(configuration), (log) => log.close());
  }

  private opened<T>(what: T, close: (what: T) => unknown): T {
    this.closing.push(() => close(what));
    return what;
  }

  /** At the target first: without its mark nothing there is ours. */
  private marks(mark: Pick<MoveParts, 'from' | 'to'>): MoveMarks {
    const { from, to } = this.migration;
    return {
      isBegun: () => {
        const begun = [to, from].map(({ dataDir }) => migrationMark(dataDir));
        for (const each of begun) if (each !== null) requireSame(each, mark);
        return begun[0] !== null;
      },
      begin: () => {
        if (!existsSync(to.dataDir)) this.closing.unshift(lockDataDir(to.dataDir));
        for (const { dataDir } of [to, from]) markMigration(dataDir, mark);
      },
      end: () => {
        for (const { dataDir } of [from, to]) endMigration(dataDir);
      },
    };
  }
}

/** In a data folder, but no file of the installation: other parts, and what belongs to a process. */
const LEFT = new Set(['registry', 'log', 'online', LOCK_FILE, TEMPORARY_FOLDER, MIGRATION_FILE]);

/** Files that processes share may lie in a folder of their own. */
const SHARED = new Set(['models', 'jobs', 'training-sets', 'onnx']);

/** Those folders whose files move. */
function fileFolders(from: Configuration, to: Configuration): readonly FilesFolder[] {
  const own = {
    from: from.dataDir,
    to: to.dataDir,
    holds: (name: string) => !LEFT.has(name) && !SHARED.has(name),
  };
  const shared = { from: from.filesDir, to: to.filesDir, holds: (name: string) => SHARED.has(name) };
  return [own, shared].filter((folder) => folder.from !== folder.to);
}

/** Throws CONFLICT while processes of a service share the registry: also those on other machines. */
async function requireStopped(registry: DataSource): Promise<void> {
  const [running] = await new Leases(registry, 0).processes();
  if (running === undefined) return;
  throw new PlumblineError(
    'CONFLICT',
    `a service runs on this registry, at ${running.address}; stop it; one that was killed is forgotten once its lease is over`,
  );
}

function nothingAt(dataDir: string): PlumblineError {
  return new PlumblineError(
    'NOT_FOUND',
    `there is no installation in "${dataDir}"; mend dataDir of the configuration to move from`,
  );
}

function requireSame(begun: Pick<MoveParts, 'from' | 'to'>, mark: Pick<MoveParts, 'from' | 'to'>): void {
  if (JSON.stringify([begun.from, begun.to]) === JSON.stringify([mark.from, mark.to])) return;
  const places = ({ from, to }: Pick<MoveParts, 'from' | 'to'>): string =>
    `from ${Object.values(from).join('; ')} to ${Object.values(to).join('; ')}`;
  throw new PlumblineError('CONFLICT', `another migration is unfinished: ${places(begun)}; end it first`);
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
