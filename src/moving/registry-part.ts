import type { DataSource } from 'typeorm';
import { PlumblineError } from '../definition/error.js';
import { copyRegistry, registryCounts, registryDigests } from '../registry/registry-copy.js';
import type { MovingPart } from './moving-part.js';

export type RegistryPartDatabases = {
  readonly from: DataSource;
  /** Makes it where there is none. */
  readonly to: () => Promise<DataSource>;
  /** Opened for a look; null where there is none. */
  readonly existing: () => Promise<DataSource | null>;
};

/** Definitions and their versions, records, jobs and quarantine, row by row. */
export class RegistryPart implements MovingPart {
  readonly name = 'registry';

  constructor(private readonly databases: RegistryPartDatabases) {}

  async summary(): Promise<string> {
    return countsText(await registryCounts(this.databases.from));
  }

  async inTheWay(): Promise<string | null> {
    const target = await this.databases.existing();
    if (target === null) return null;
    const counts = await registryCounts(target).finally(() => target.destroy());
    return [...counts.values()].every((rows) => rows === 0) ? null : countsText(counts);
  }

  async move(): Promise<void> {
    await copyRegistry(this.databases.from, await this.databases.to());
  }

  async verify(): Promise<string> {
    const [wanted, found] = await Promise.all([
      registryDigests(this.databases.from),
      registryDigests(await this.databases.to()),
    ]);
    for (const [table, { rows, digest }] of wanted) {
      const there = found.get(table)!;
      if (there.digest === digest) continue;
      const message = `table ${table} has ${there.rows} rows at the target and ${rows} at the source, and they differ; does a service run on either? Run it again`;
      throw new PlumblineError('INTERNAL', message);
    }
    return countsText(new Map([...wanted].map(([table, { rows }]) => [table, rows])));
  }
}

function countsText(counts: ReadonlyMap<string, number>): string {
  const some = [...counts].filter(([, rows]) => rows > 0);
  return some.length === 0 ? 'nothing' : some.map(([table, rows]) => `${rows} of ${table}`).join(', ');
}
