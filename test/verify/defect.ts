import { cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../demo/paths.js';
import { type Check, type Outcome, UNMEASURED } from './check.js';
import { runScript } from './run-script.js';

/** What a copy of the project needs beside its own `dist`. */
const LINKED = ['node_modules', 'package.json', 'test'];

/** What vitest needs, with a copy of the sources. */
const LINKED_BESIDE_SOURCES = [
  ...['node_modules', 'package.json', 'tsconfig.json', 'vitest.config.ts'],
  ...['bench', 'docs', 'migrations', 'schemas', 'scripts', 'sdk'],
];

/** Runs one check in a copy of the build that has the check's defect; holds when the check fails there. */
export async function failsOnItsDefect(suite: string, check: Check): Promise<Outcome> {
  const copy = join(ROOT, '.cache', 'defects', check.name);
  await rm(copy, { recursive: true, force: true });
  await mkdir(copy, { recursive: true });
  try {
    await cp(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true });
    await (check.defect.file.endsWith('.ts') ? copySources(copy) : linkSources(copy));
    await plant(check, copy);
    return await runIn(copy, suite, check);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function linkSources(copy: string): Promise<void> {
  await mkdir(join(copy, 'demo'));
  for (const name of LINKED) await symlink(join(ROOT, name), join(copy, name));
  for (const name of ['data', 'definitions'])
    await symlink(join(ROOT, 'demo', name), join(copy, 'demo', name));
}

async function copySources(copy: string): Promise<void> {
  for (const name of LINKED_BESIDE_SOURCES) await symlink(join(ROOT, name), join(copy, name));
  for (const name of ['src', 'test', 'demo'])
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
}

/** The file that a check's defect changes, in the project or in a copy of it. */
export function brokenFile({ defect }: Check, root = ROOT): string {
  return join(root, defect.file.endsWith('.ts') ? '' : 'dist', defect.file);
}

async function plant(check: Check, copy: string): Promise<void> {
  const { defect } = check;
  const file = brokenFile(check, copy);
  const text = await readFile(file, 'utf8');
  const parts = text.split(defect.find);
  if (parts.length !== 2)
    throw new Error(`${defect.file} holds the text to change ${parts.length - 1} times, not once`);
  await writeFile(file, parts.join(defect.replace));
}

async function runIn(copy: string, suite: string, check: Check): Promise<Outcome> {
  const { code, output } = await runScript(copy, ['dist/test/verify/main.js', suite, '--only', check.name]);
  const line = output.split('\n').find((each) => each.startsWith('FAILS')) ?? output.slice(-300);
  // A busy machine fails an absolute figure too, and proves nothing.
  const isSeen = code === 1 && line.startsWith('FAILS') && !line.includes(UNMEASURED);
  return { ok: isSeen, figure: `with the defect: ${line.slice(0, 200)}` };
}
