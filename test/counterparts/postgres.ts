import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { InstalledCounterpart } from './counterpart.js';
import { versionOf } from './tool.js';

/** PostgreSQL, from its oldest version that we support. */
export const POSTGRES: InstalledCounterpart = {
  kind: 'installed',
  name: 'postgres',
  judges: 'the registry on PostgreSQL',
  packages: ['postgresql', 'openssl'],
  find: () => {
    if (versionOf('openssl', 'version') === null) return null;
    const programs = postgresPrograms();
    return programs === null ? null : `${programs} ${majorIn(programs)}`;
  },
};

/** The folder of the newest version's programs, or null. Debian keeps them out of PATH. */
export function postgresPrograms(): string | null {
  const folders = [...globSync('/usr/lib/postgresql/*/bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  const [newest] = folders
    .filter((folder) => folder !== '' && existsSync(join(folder, 'initdb')))
    .map((folder) => ({ folder, major: majorIn(folder) }))
    .filter(({ major }) => major >= LEAST_POSTGRES)
    .sort((a, b) => b.major - a.major);
  return newest?.folder ?? null;
}

function majorIn(folder: string): number {
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(versionOf(join(folder, 'postgres'), '--version') ?? '') ?? [];
  return Number(major ?? 0);
}

const LEAST_POSTGRES = 15;
