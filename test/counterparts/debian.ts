import { tmpdir } from 'node:os';
import { runTool, versionOf } from './tool.js';

/** Packages of Debian and of systems made from it. */
type Packages = { readonly name: string; readonly packages: readonly string[] };

/** Why the packages cannot be installed by this process, with the remedy; null when they can. */
export function lackOfPackages({ packages }: Packages): string | null {
  const remedy = `apt-get install ${packages.join(' ')}`;
  if (versionOf('apt-get', '--version') === null)
    return `not installed: needs what Debian's ${remedy} brings`;
  return process.getuid?.() === 0 ? null : `not installed: run ${remedy} as root`;
}

/** Installs the packages; throws where that is not possible. */
export async function installPackages(wanted: Packages): Promise<void> {
  const reason = lackOfPackages(wanted);
  if (reason !== null) throw new Error(`${wanted.name} ${reason}`);
  const options = { cwd: tmpdir(), env: { DEBIAN_FRONTEND: 'noninteractive' } };
  await runTool('apt-get', ['update', '-qq'], options);
  await runTool(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...WAIT, ...wanted.packages],
    options,
  );
}

/** Another installation may be under way. */
const WAIT = ['-o', 'DPkg::Lock::Timeout=300'];
