/**
 * Runs every static check and prints one line each; exits non-zero when one fails.
 *
 *   node scripts/check.js [--only NAME[,NAME]] [--write]
 *
 * `--write` brings generated files up to date and formats, instead of failing on them.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { RUNTIME_SOURCE_PATH, runtimeSource } from './runtime-source.js';

const ROOT = resolve(import.meta.dirname, '..');
const SOURCE_FOLDERS = ['src', 'test', 'migrations', 'bench', 'demo', 'sdk'];
/** Suffixes that say nothing about what a file holds. */
const VAGUE_NAME = /\.(service|util|utils|helper|helpers|manager|impl)\.[cm]?[jt]sx?$/;
/** A path of one machine: true nowhere else, so it has no place in a committed text. */
const MACHINE_PATH = /(?:^|[\s"'`(=:])\/(?:home|root|work|tmp|Users|mnt|private)\/[\w.-]+/;
const TEXT_FILE = /\.([cm]?[jt]s|json|ya?ml|md|html|css|sh|sql|toml)$|^\.ci\/run$|(^|\/)\.[a-z]+rc$/;

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false } },
});

/** Each check answers the text of its findings; empty text is a pass. */
const CHECKS = {
  tsc: () => tool('typescript/bin/tsc', ['-p', '.', '--noEmit']),
  biome: () =>
    tool('@biomejs/biome/bin/biome', [
      'check',
      ...(options.write ? ['--write'] : []),
      '--max-diagnostics=2000',
      '--colors=off',
      '.',
    ]),
  'dependency-cruiser': () =>
    tool('dependency-cruiser/bin/dependency-cruiser.mjs', [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'err',
      ...SOURCE_FOLDERS.filter((folder) => existsSync(join(ROOT, folder))),
    ]),
  knip: () => tool('knip/bin/knip.js', ['--no-progress', '--no-config-hints']),
  'generated-files': generatedFiles,
  lockfile: lockfileWithoutAddresses,
  'dependency-reasons': dependencyReasons,
  'file-names': fileNames,
  'machine-paths': machinePaths,
};

process.chdir(ROOT);
process.exitCode = (await runAll()) ? 0 : 1;

async function runAll() {
  const names = options.only?.split(',') ?? Object.keys(CHECKS);
  let passed = true;
  for (const name of names) {
    const startedMs = performance.now();
    const check = CHECKS[name];
    const findings = check === undefined ? 'there is no such check' : (await check()).trim();
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(`${findings === '' ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
    if (findings !== '') console.log(findings.replaceAll(/^/gm, '      '));
    passed &&= findings === '';
  }
  return passed;
}

/** Runs a tool of node_modules; its output counts as findings when it exits non-zero. */
function tool(path, args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [join('node_modules', path), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => done(code === 0 ? '' : output || `exit code ${code}`));
  });
}

async function generatedFiles() {
  await tool('../scripts/build.js', []);
  const findings = [];
  for (const { path, text } of await generated()) {
    const stored = existsSync(path) ? await readFile(path, 'utf8') : null;
    if (stored === text) continue;
    if (options.write) await writeFile(path, text);
    else findings.push(`${path} is out of date; run: npm run check -- --write`);
  }
  return findings.join('\n');
}

/** Every file made from the code, with the text it should have. */
async function generated() {
  const { ERROR_CODES } = await built('definition/error.js');
  const files = [
    { path: 'docs/errors.md', text: errorsPage(ERROR_CODES) },
    { path: RUNTIME_SOURCE_PATH, text: runtimeSource() },
  ];
  if (existsSync('src/registry/document.schema.ts')) {
    const { DOCUMENT_SCHEMA } = await built('registry/document.schema.js');
    const text = `${JSON.stringify(DOCUMENT_SCHEMA, null, 2)}\n`;
    files.push({ path: 'schemas/plumbline.schema.json', text });
  }
  return files;
}

function built(path) {
  return import(pathToFileURL(join(ROOT, 'dist/src', path)).href);
}

function errorsPage(codes) {
  const rows = Object.entries(codes).map(
    ([code, { status, means }]) => `| \`${code}\` | ${status} | ${means} |`,
  );
  return `# Errors

Generated from \`src/definition/error.ts\` by \`npm run check -- --write\`; the test of it is \`npm run check\`.

Every refusal names one of these codes, the place in the input and what to do; the shape of an answer stands in
[api.md](api.md#errors). A caller may branch on the code; the message is for people.

| code | HTTP status | means |
|---|---|---|
${rows.join('\n')}
`;
}

/** Addresses in a lockfile tie an installation to one registry; .npmrc leaves them out. */
async function lockfileWithoutAddresses() {
  const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined && entry.link !== true)
    .map(([name]) => `package-lock.json: "${name}" has a "resolved" address; remove it`)
    .join('\n');
}

/** Every direct dependency says on one page what it is for. */
async function dependencyReasons() {
  const { dependencies, devDependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  const page = await readFile('docs/dependencies.md', 'utf8');
  const named = new Set([...page.matchAll(/^\| `([^`]+)` \| \S/gm)].map((match) => match[1]));
  const direct = Object.keys({ ...dependencies, ...devDependencies });
  return [
    ...direct.filter((name) => !named.has(name)).map((name) => `docs/dependencies.md lacks "${name}"`),
    ...[...named]
      .filter((name) => !direct.includes(name))
      .map((name) => `docs/dependencies.md names "${name}"; it is gone`),
  ].join('\n');
}

async function fileNames() {
  return (await committableFiles())
    .filter((file) => VAGUE_NAME.test(file))
    .map((file) => `${file}: name it for its one idea, without this suffix`)
    .join('\n');
}

async function machinePaths() {
  const findings = [];
  for (const file of await committableFiles()) {
    if (!TEXT_FILE.test(file) || file === 'package-lock.json') continue;
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines.forEach((line, index) => {
      const match = MACHINE_PATH.exec(line);
      if (match) findings.push(`${file}:${index + 1}: machine path ${match[0].trim()}`);
    });
  }
  return findings.join('\n');
}

/** Files that git tracks or would add. */
async function committableFiles() {
  const child = spawn('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  return output.split('\n').filter((file) => file !== '' && existsSync(file));
}
