import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT } from '../../demo/paths.js';
import { installPackages, lackOfPackages } from './debian.js';
import { withLock } from './lock.js';

/** A program that we are tested or measured against. */
export type Counterpart = MadeCounterpart | InstalledCounterpart;

type Asked = {
  readonly name: string;
  /** What it is asked about, for the list of what did not run. */
  readonly judges: string;
};

/** Made on this machine from pinned sources, in a folder of its own. */
export type MadeCounterpart = Asked & {
  readonly kind: 'made';
  /** Why this machine cannot make it, or null. */
  readonly lacks: () => string | null;
  /** Makes it in an empty folder, which is then moved to where it is used. */
  readonly make: (folder: string) => Promise<void>;
};

/** A server that the system's packages bring. */
export type InstalledCounterpart = Asked & {
  readonly kind: 'installed';
  /** Debian's packages of it. */
  readonly packages: readonly string[];
  /** What stands here, program and version, or null. */
  readonly find: () => string | null;
};

/** Where a counterpart stands once it is fetched; the name is that of its sources' content. */
export function folderOf({ name }: MadeCounterpart): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(sourcesOf(name)).sort())
    hash.update(`${file}\0`).update(readFileSync(join(sourcesOf(name), file)));
  return join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 12)}`);
}

/** The sources of a counterpart: what is compiled, and the pins of what is downloaded. */
export function sourcesOf(name: string): string {
  return join(ROOT, 'test', 'counterparts', name);
}

/** Where the counterpart stands, or null where it does not. */
export function placeOf(counterpart: Counterpart): string | null {
  if (counterpart.kind === 'installed') return counterpart.find();
  const folder = folderOf(counterpart);
  return existsSync(folder) ? folder : null;
}

/** Why a test cannot ask the counterpart, with the remedy; null when it can. */
export function whyMissing(counterpart: Counterpart): string | null {
  if (placeOf(counterpart) !== null) return null;
  const lack = counterpart.kind === 'made' ? counterpart.lacks() : lackOfPackages(counterpart);
  return lack ?? 'not fetched: run npm run counterparts -- fetch';
}

/** Whether tests that need it run. In continuous integration they run and fail where it is missing. */
export function isAsked(counterpart: Counterpart): boolean {
  return CONTINUOUS_INTEGRATION.has(process.env['CI'] ?? '') || whyMissing(counterpart) === null;
}

/** Throws, with the remedy, where the counterpart is missing. */
export function requireCounterpart(counterpart: Counterpart): void {
  const reason = whyMissing(counterpart);
  if (reason !== null) throw new Error(`${counterpart.name}: ${reason}`);
}

/** Makes or installs the counterpart unless it is there; answers where it stands. */
export async function fetchCounterpart(counterpart: Counterpart): Promise<string> {
  if (counterpart.kind === 'made') return make(counterpart);
  const { find, packages, name } = counterpart;
  if (find() === null) await installPackages(counterpart);
  const place = find();
  if (place === null)
    throw new Error(`${name} is not there although ${packages.join(' and ')} are installed`);
  return place;
}

/** Two at once wait for each other, and nobody sees a half-made one: it appears by one rename. */
async function make(counterpart: MadeCounterpart): Promise<string> {
  const folder = folderOf(counterpart);
  if (existsSync(folder)) return folder;
  const reason = counterpart.lacks();
  if (reason !== null) throw new Error(`${counterpart.name} cannot be made here: ${reason}`);
  await mkdir(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return;
    await removeUnfinished(folder);
    const unfinished = `${folder}.tmp-${process.pid}`;
    await mkdir(unfinished);
    await counterpart.make(unfinished);
    await rename(unfinished, folder);
  });
  return folder;
}

/** Whoever holds the lock is alone, so an unfinished folder is what a killed run left. */
async function removeUnfinished(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.tmp-`;
  for (const entry of await readdir(dirname(folder)))
    if (entry.startsWith(prefix)) await rm(join(dirname(folder), entry), { recursive: true, force: true });
}

function cacheFolder(): string {
  const { PLUMBLINE_CACHE: own, XDG_CACHE_HOME: shared } = process.env;
  return own || join(shared || join(homedir(), '.cache'), 'plumbline');
}

/** What CI is set to there; GitHub and GitLab say `true`. */
const CONTINUOUS_INTEGRATION: ReadonlySet<string> = new Set(['true', '1']);
