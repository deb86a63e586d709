/**
 * Builds `dist`: `nest build` for src, swc for every other TypeScript folder that runs as JavaScript, then the registry
 * template that makes a first start fast. A step whose inputs did not change is skipped, because `npm start` builds first.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { glob, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { transformFile } from '@swc/core';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const STATE_FILE = join(DIST, '.build.json');

/** What every output depends on besides its own source. */
const TOOL_FILES = ['.swcrc', 'nest-cli.json', 'package-lock.json', 'scripts/build.js'];
const SERVICE_SOURCES = ['src/**/*.ts'];
const OTHER_SOURCES = [
  'migrations/**/*.ts',
  'demo/**/*.ts',
  'bench/**/*.ts',
  'sdk/typescript/**/*.ts',
  'test/**/*.ts',
];
/** What the registry template is made from; its content follows the migrations and the database engine. */
const TEMPLATE_SOURCES = ['migrations/**/*.ts', 'src/registry/database.ts', 'src/registry/adapter/*.ts'];
const TEMPLATE_MODULE = join(DIST, 'src/registry/adapter/pglite-template.js');
const TEMPLATE_DIR = join(DIST, 'registry-template');

process.chdir(ROOT);
await build();

async function build() {
  const state = await readState();
  const steps = [
    ['service', SERVICE_SOURCES, buildService],
    ['other', OTHER_SOURCES, buildOther],
    ['template', TEMPLATE_SOURCES, buildTemplate],
  ];
  for (const [name, sources, run] of steps) {
    const files = await filesOf(sources);
    const inputs = await hashOf([...TOOL_FILES, ...files]);
    if (state[name] === inputs) continue;
    await run(files);
    state[name] = inputs;
    await writeFile(STATE_FILE, `${JSON.stringify(state)}\n`);
  }
}

async function buildService(files) {
  await removeOrphans('src', files);
  const nest = join(ROOT, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build'], { encoding: 'utf8' });
  if (status !== 0) fail(`nest build failed\n${stdout}${stderr}`);
}

async function buildOther(files) {
  const wanted = files.filter((file) => !file.endsWith('.test.ts'));
  for (const folder of ['migrations', 'demo', 'bench', 'sdk', 'test']) {
    await removeOrphans(folder, wanted);
  }
  for (const file of wanted) {
    const { code, map } = await transformFile(file, { configFile: join(ROOT, '.swcrc') });
    const out = join(DIST, outputOf(file));
    await mkdir(dirname(out), { recursive: true });
    await writeFile(out, `${code}//# sourceMappingURL=${out.split('/').pop()}.map\n`);
    await writeFile(`${out}.map`, map ?? '');
  }
}

/** A database directory with all migrations applied: copying it is seconds faster than creating one. */
async function buildTemplate() {
  const { buildRegistryTemplate } = await import(pathToFileURL(TEMPLATE_MODULE).href);
  const unfinished = `${TEMPLATE_DIR}.tmp`;
  await rm(unfinished, { recursive: true, force: true });
  await buildRegistryTemplate(unfinished);
  await rm(TEMPLATE_DIR, { recursive: true, force: true });
  await rename(unfinished, TEMPLATE_DIR);
}

/** Removes outputs whose source is gone, so that a deleted file cannot live on in `dist`. */
async function removeOrphans(folder, files) {
  const base = join(DIST, folder);
  if (!existsSync(base)) return;
  const kept = new Set(files.map(outputOf));
  for (const entry of await readdir(base, { recursive: true })) {
    const output = join(folder, entry).replace(/\.map$/, '');
    if (output.endsWith('.js') && !kept.has(output)) await rm(join(base, entry), { force: true });
  }
}

function outputOf(file) {
  return file.replace(/\.ts$/, '.js');
}

async function filesOf(patterns) {
  const files = [];
  for (const pattern of patterns) {
    for await (const file of glob(pattern)) {
      if (!file.includes('node_modules/') && !file.endsWith('.d.ts')) files.push(file);
    }
  }
  return files.sort();
}

async function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(`${file}\n`)
      .update(await readFile(file))
      .update('\0');
  return hash.digest('hex');
}

async function readState() {
  if (!existsSync(STATE_FILE)) return {};
  return JSON.parse(await readFile(STATE_FILE, 'utf8'));
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
