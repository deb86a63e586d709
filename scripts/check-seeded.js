/**
 * Proves that every static check still fails on what it is there for. In a temporary copy of the repository it plants
 * one violation of each rule, runs the check, and expects the rule and the planted file in its findings.
 *
 *   node scripts/check-seeded.js
 *
 * Violations of one tool are planted together, each in its own file, so that a tool runs once before and once after.
 */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** `text` is the content of `file`; with `edit` it is made from what stands there. `finding` is expected afterwards. */
const LAYERS = [
  ['definition', 'compile'],
  ['compile', 'registry'],
  ['platform', 'registry'],
  ['registry', 'online'],
  ['model', 'ingest'],
  ['online', 'offline'],
  ['offline', 'online'],
  ['ingest', 'training'],
  ['training', 'serving'],
  ['serving', 'training'],
  ['cli', 'registry'],
];
const importing = (path) => `import { planted } from '${path}';\nexport const taken = planted;\n`;
const target = (folder) => ({ file: `src/${folder}/planted-target.ts`, text: 'export const planted = 1;\n' });

const LAYER_SEEDS = LAYERS.map(([from, to]) => ({
  rule: `layer-${from}`,
  file: `src/${from}/planted-layer.ts`,
  text: importing(`../${to}/planted-target.js`),
  also: [target(to)],
}));

const SEEDS = {
  'dependency-cruiser': [
    ...LAYER_SEEDS,
    {
      rule: 'pure',
      file: 'src/compile/planted-pure.ts',
      text: "import { readFileSync } from 'node:fs';\nexport const taken = readFileSync;\n",
    },
    {
      rule: 'clients-see-definition-only',
      file: 'sdk/typescript/src/planted-client.ts',
      text: importing('../../../src/platform/planted-target.js'),
      also: [target('platform')],
    },
    {
      rule: 'demo-through-the-sdk',
      file: 'demo/planted-demo.ts',
      text: importing('../src/platform/planted-target.js'),
      also: [target('platform')],
    },
    {
      rule: 'nest-rim',
      file: 'src/serving/planted-nest.ts',
      text: "import { Injectable } from '@nestjs/common';\nexport const taken = Injectable;\n",
    },
    {
      rule: 'adapters-only-wired',
      file: 'src/online/planted-adapter-user.ts',
      text: importing('./adapter/planted-adapter.js'),
      also: [{ file: 'src/online/adapter/planted-adapter.ts', text: 'export const planted = 1;\n' }],
    },
    {
      rule: 'adapters-keep-to-their-folder',
      file: 'src/ingest/adapter/planted-adapter.ts',
      text: importing('../../online/adapter/planted-adapter.js'),
      also: [{ file: 'src/online/adapter/planted-adapter.ts', text: 'export const planted = 1;\n' }],
    },
    {
      rule: 'ports-not-modules',
      file: 'src/serving/planted-controller-user.ts',
      text: importing('../online/planted.controller.js'),
      also: [{ file: 'src/online/planted.controller.ts', text: 'export const planted = 1;\n' }],
    },
    {
      rule: 'no-cycle',
      file: 'src/definition/planted-cycle-a.ts',
      text: importing('./planted-cycle-b.js'),
      also: [
        {
          file: 'src/definition/planted-cycle-b.ts',
          text: "import { taken } from './planted-cycle-a.js';\nexport const planted = () => taken;\n",
        },
      ],
    },
    {
      rule: 'no-test-in-production',
      file: 'src/definition/planted-test-user.ts',
      text: importing('./planted.test.js'),
      also: [{ file: 'src/definition/planted.test.ts', text: 'export const planted = 1;\n' }],
    },
    {
      rule: 'oracle-apart',
      file: 'test/parity/oracle-planted.ts',
      text: importing('./planted-between.js'),
      also: [
        {
          file: 'test/parity/planted-between.ts',
          text: "export { planted } from '../../src/compile/planted-target.js';\n",
        },
        target('compile'),
      ],
    },
    {
      rule: 'resolvable',
      file: 'src/definition/planted-unresolved.ts',
      text: importing('./there-is-no-such-file.js'),
    },
  ],
  biome: [
    lint(
      'complexity/noExcessiveCognitiveComplexity',
      `export function f(a: number[]): number {\n${nested(6)}  return 0;\n}\n`,
    ),
    lint(
      'complexity/noExcessiveLinesPerFunction',
      `export function f(): number {\n  let a = 0;\n${'  a += 1;\n'.repeat(55)}  return a;\n}\n`,
    ),
    lint(
      'complexity/useMaxParams',
      'export const f = (a: 1, b: 1, c: 1, d: 1, e: 1): number => a + b + c + d + e;\n',
    ),
    lint(
      'performance/noBarrelFile',
      "export { auc } from './score.js';\nexport { OUT } from './paths.js';\n",
      'demo',
    ),
    lint('performance/noReExportAll', "export * from './score.js';\n", 'demo'),
    lint(
      'performance/noNamespaceImport',
      "import * as value from './value.js';\nexport const taken = value;\n",
    ),
    lint('style/noDefaultExport', 'const a = 1;\nexport default a;\n'),
    lint('style/noEnum', 'export enum Planted {\n  A = 1,\n}\n'),
    lint(
      'style/useNodejsImportProtocol',
      "import { createHash } from 'crypto';\nexport const taken = createHash;\n",
    ),
    lint('style/useThrowNewError', "export function f(): never {\n  throw Error('planted');\n}\n"),
    lint('style/useThrowOnlyError', "export function f(): never {\n  throw 'planted';\n}\n"),
    lint('suspicious/noExplicitAny', 'export const planted = (a: any): number => a;\n'),
    lint('suspicious/noConsole', "console.log('planted');\n"),
    lint('nursery/noFloatingPromises', 'async function f(): Promise<void> {}\nf();\n'),
    lint(
      'nursery/noMisusedPromises',
      'const p = Promise.resolve(true);\nexport const f = (): number => {\n  if (p) return 1;\n  return 0;\n};\n',
    ),
    {
      ...lint('style/useFilenamingConvention', 'export const planted = 1;\n'),
      file: 'src/definition/plantedName.ts',
    },
    { rule: 'format', file: 'src/definition/planted-format.ts', text: 'export const planted   =   1\n' },
    {
      rule: 'assist/source/organizeImports',
      file: 'src/definition/planted-imports.ts',
      text: "import { b } from './value.js';\nimport { a } from './error.js';\nexport const taken = [a, b];\n",
    },
  ],
  tsc: [
    {
      rule: 'error TS2322',
      file: 'src/definition/planted-type.ts',
      text: "export const planted: number = 'text';\n",
    },
    {
      rule: 'error TS2532',
      file: 'src/definition/planted-index.ts',
      text: 'export const planted = (a: number[][]): number => a[0].length;\n',
    },
    {
      rule: 'error TS4111',
      file: 'src/definition/planted-signature.ts',
      text: 'export const planted = (a: Record<string, number>): unknown => a.b;\n',
    },
    {
      rule: 'error TS6133',
      file: 'src/definition/planted-unused.ts',
      text: 'export function planted(): void {\n  const unused = 1;\n}\n',
    },
  ],
  knip: [
    { rule: 'Unused files', file: 'src/definition/planted-file.ts', text: 'export const planted = 1;\n' },
    {
      rule: 'Unused exports',
      file: 'demo/progress.ts',
      finding: 'plantedExport',
      edit: (text) => `${text}\nexport const plantedExport = 1;\n`,
    },
    {
      rule: 'Unused exported types',
      file: 'demo/progress.ts',
      finding: 'PlantedType',
      edit: (text) => `${text}\nexport type PlantedType = 1;\n`,
    },
    {
      rule: 'Unused dependencies',
      file: 'package.json',
      finding: 'planted-dependency',
      edit: (text) =>
        text.replace('"dependencies": {', '"dependencies": {\n    "planted-dependency": "1.0.0",'),
    },
    {
      rule: 'Unlisted dependencies',
      file: 'demo/paths.ts',
      finding: 'planted-unlisted',
      edit: (text) => `import 'planted-unlisted';\n${text}`,
    },
  ],
  'generated-files': [
    { rule: 'out of date', file: 'docs/errors.md', edit: (text) => text.replace('HTTP status', 'status') },
  ],
  lockfile: [
    {
      rule: '"resolved" address',
      file: 'package-lock.json',
      edit: (text) =>
        text.replace('"node_modules/yaml": {', '"node_modules/yaml": {\n      "resolved": "planted",'),
    },
  ],
  'dependency-reasons': [
    {
      rule: 'lacks',
      file: 'package.json',
      finding: 'planted-dependency',
      edit: (text) =>
        text.replace('"dependencies": {', '"dependencies": {\n    "planted-dependency": "1.0.0",'),
    },
  ],
  'file-names': [
    {
      rule: 'without this suffix',
      file: 'src/definition/planted.util.ts',
      text: 'export const planted = 1;\n',
    },
  ],
  'machine-paths': [
    {
      rule: 'machine path',
      file: 'docs/planted.md',
      text: `See ${['', 'home', 'somebody', 'notes'].join('/')}.\n`,
    },
  ],
};

process.exitCode = (await main()) ? 0 : 1;

async function main() {
  let proven = (await rulesWithoutSeed()).length === 0;
  for (const [check, seeds] of Object.entries(SEEDS)) {
    const copy = await copyOfRepository();
    try {
      const before = findings(copy, check);
      for (const seed of seeds) await plant(copy, seed);
      const after = findings(copy, check);
      for (const seed of seeds) proven = report(check, seed, { before, after }) && proven;
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  }
  return proven;
}

/** Rules of the settings files that no seed is for; a new rule needs one. */
async function rulesWithoutSeed() {
  const { forbidden } = createRequire(import.meta.url)('../.dependency-cruiser.cjs');
  const { linter } = JSON.parse(await readFile(join(ROOT, 'biome.json'), 'utf8'));
  const lints = Object.entries(linter.rules).flatMap(([group, rules]) =>
    typeof rules === 'string'
      ? []
      : Object.entries(rules).map(([name, rule]) => [`lint/${group}/${name}`, rule]),
  );
  const wanted = [
    ...forbidden.map(({ name }) => name),
    ...lints.filter(([, rule]) => (rule.level ?? rule) !== 'off').map(([name]) => name),
  ];
  const seeded = new Set(Object.values(SEEDS).flatMap((seeds) => seeds.map(({ rule }) => rule)));
  const missing = wanted.filter((rule) => !seeded.has(rule));
  for (const rule of missing) console.log(`NO SEED             ${rule}`);
  return missing;
}

/** One line of the table; a rule is proven when its finding is there after planting and was not before. */
function report(check, seed, { before, after }) {
  const parts = check === 'knip' ? sectionsOf : linesOf;
  const isNamed = (output) => parts(output).some((part) => isFinding(part, seed));
  const proven = isNamed(after) && !isNamed(before);
  console.log(`${proven ? 'fails as it should' : 'NOT NOTICED       '}  ${check.padEnd(20)} ${seed.rule}`);
  return proven;
}

/** Whether a part of a tool's output names the rule and the planted place. */
function isFinding(part, seed) {
  return part.includes(seed.rule) && part.includes(seed.finding ?? seed.file);
}

function linesOf(output) {
  return output.split('\n');
}

/** knip lists places under the heading of their rule. */
function sectionsOf(output) {
  return output.split(/\n(?=Un|Dup)/);
}

function findings(copy, check) {
  const { stdout } = spawnSync(process.execPath, ['scripts/check.js', '--only', check], {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  return stdout.replaceAll(/^ {6}/gm, '');
}

async function plant(copy, seed) {
  for (const { file, text, edit } of [seed, ...(seed.also ?? [])]) {
    const path = join(copy, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, edit === undefined ? text : edit(await readFile(path, 'utf8')));
  }
}

/** Every file that git tracks or would add, in a repository of its own, beside this one's node_modules. */
async function copyOfRepository() {
  const copy = await mkdtemp(join(tmpdir(), 'plumbline-seeded-'));
  for (const file of git(ROOT, 'ls-files', '--cached', '--others', '--exclude-standard').split('\n')) {
    if (file === '' || file.startsWith('demo/data/') || file.startsWith('test/data/')) continue;
    await mkdir(join(copy, dirname(file)), { recursive: true });
    await cp(join(ROOT, file), join(copy, file)).catch(ignoreDeleted);
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  git(copy, 'init', '--quiet');
  return copy;
}

/** A tracked file may be deleted in the work tree. */
function ignoreDeleted(error) {
  if (error.code !== 'ENOENT') throw error;
}

function git(folder, ...args) {
  return spawnSync('git', args, { cwd: folder, encoding: 'utf8', maxBuffer: OUTPUT_LIMIT_BYTES }).stdout;
}

function lint(rule, text, folder = 'src/definition') {
  const name = rule.split('/')[1].replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { rule: `lint/${rule}`, file: `${folder}/planted-${name}.ts`, text };
}

/** Loops in loops, deep enough to be hard to follow. */
function nested(depth) {
  const open = Array.from({ length: depth }, (_, at) => `for (const x${at} of a) if (x${at} > 0) {`).join(
    '\n',
  );
  return `${open}\nreturn 1;\n${'}'.repeat(depth)}\n`;
}
