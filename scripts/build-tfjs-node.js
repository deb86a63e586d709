#!/usr/bin/env node
/**
 * Builds the native addon of `@tensorflow/tfjs-node`, or with `--gpu` of `@tensorflow/tfjs-node-gpu`, whose own install
 * script needs an address that many networks lack: from the package's sources, libtensorflow out of a wheel from PyPI, and
 * the N-API headers from npm. Needs npm, pip, python3 and g++ on Linux x86-64; run it in the folder that holds node_modules:
 *
 *     npm install --ignore-scripts --no-save @tensorflow/tfjs-node@4.22.0
 *     node scripts/build-tfjs-node.js [--gpu]
 *
 * Then set `tfBackend: native` or `gpu`. `TFJS_NODE_CACHE` is where downloads stay, default `~/.cache/tfjs-node`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const isGpu = process.argv.includes('--gpu');
const PACKAGE = `@tensorflow/tfjs-node${isGpu ? '-gpu' : ''}`;
const WHEEL = { name: isGpu ? 'tensorflow' : 'tensorflow-cpu', version: '2.15.1', python: '3.10' };
const HEADERS = 'node-api-headers@1.5.0';
/** The highest of the package's `binary.napi_versions`; one build serves every Node.js. */
const NAPI = 8;

const cache = process.env.TFJS_NODE_CACHE ?? join(homedir(), '.cache', 'tfjs-node');
const folder = resolve('node_modules', PACKAGE);

/** The two libraries and the C headers of a wheel, which is a zip. */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, deps = sys.argv[1:]
libraries = {'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'}
parts = ('/tensorflow/c/', '/tsl/', '/xla/tsl/', '/core/platform/')
archive = zipfile.ZipFile(wheel)
for name in archive.namelist():
    if name.startswith('tensorflow/lib') and os.path.basename(name) in libraries:
        to = os.path.join(deps, 'lib', os.path.basename(name))
        libraries.discard(os.path.basename(name))
    elif name.startswith('tensorflow/include/') and name.endswith('.h') and any(part in name for part in parts):
        to = os.path.join(deps, 'include', name[len('tensorflow/include/'):])
    else:
        continue
    os.makedirs(os.path.dirname(to), exist_ok=True)
    with archive.open(name) as source, open(to, 'wb') as target:
        shutil.copyfileobj(source, target)
if libraries:
    sys.exit(f'{wheel} lacks {", ".join(sorted(libraries))}')
`;

main();

function main() {
  if (!existsSync(join(folder, 'binding'))) {
    console.error(`no ${folder}: npm install --ignore-scripts --no-save ${PACKAGE}@4.22.0 first`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(cache, { recursive: true });
  unpackWheel(fetchWheel());
  const addon = compile(fetchHeaders());
  const check = `require('util').isNullOrUndefined ??= (x) => x == null; require(${JSON.stringify(folder)})`;
  run(process.execPath, ['-e', check]);
  console.log(`built ${addon}`);
}

function fetchWheel() {
  const prefix = `${WHEEL.name.replaceAll('-', '_')}-${WHEEL.version}-`;
  const known = () => readdirSync(cache).find((name) => name.startsWith(prefix) && name.endsWith('.whl'));
  if (known() === undefined) {
    const platforms = ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'manylinux_2_27_x86_64'];
    run('python3', [
      ...[
        '-m',
        'pip',
        'download',
        '-q',
        '--no-deps',
        '--only-binary=:all:',
        '--python-version',
        WHEEL.python,
      ],
      ...platforms.flatMap((platform) => ['--platform', platform]),
      ...['-d', cache, `${WHEEL.name}==${WHEEL.version}`],
    ]);
  }
  return join(cache, known());
}

function unpackWheel(wheel) {
  const deps = join(folder, 'deps');
  rmSync(deps, { recursive: true, force: true });
  run('python3', ['-c', UNPACK, wheel, deps]);
}

function fetchHeaders() {
  const headers = join(cache, 'node-api-headers');
  if (!existsSync(join(headers, 'include'))) {
    mkdirSync(headers, { recursive: true });
    const archive = run('npm', ['pack', '-s', HEADERS], cache).trim();
    run('tar', ['xzf', join(cache, archive), '-C', headers, '--strip-components=1']);
  }
  return join(headers, 'include');
}

function compile(headers) {
  const out = join(folder, 'lib', `napi-v${NAPI}`);
  mkdirSync(out, { recursive: true });
  const defines = [`NAPI_VERSION=${NAPI}`, 'NODE_GYP_MODULE_NAME=tfjs_binding', 'BUILDING_NODE_EXTENSION'];
  const includes = [join(folder, '..'), join(folder, 'deps', 'include'), headers];
  const addon = join(out, 'tfjs_binding.node');
  run('g++', [
    ...['-O2', '-fPIC', '-std=c++17', '-w', '-shared', '-o', addon],
    ...defines.map((each) => `-D${each}`),
    ...includes.map((each) => `-I${each}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(folder, 'binding', file)),
    ...[`-L${join(folder, 'deps', 'lib')}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ]);
  return addon;
}

function run(file, args, cwd = process.cwd()) {
  return execFileSync(file, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
