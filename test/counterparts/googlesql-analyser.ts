import { totalmem } from 'node:os';
import { join } from 'node:path';
import { folderOf, type MadeCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** GoogleSQL's analyser (Go): whether BigQuery takes a statement, functions included. A binary of 90 MB. */
export const ANALYSER: MadeCounterpart = {
  kind: 'made',
  name: 'googlesql-analyser',
  judges: 'BigQuery takes every statement',
  lacks: () => {
    const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
    if (memory < BUILD_BYTES) return `its build takes ${BUILD_BYTES / 2 ** 30} GiB of memory`;
    const [, minor] = /go1\.(\d+)/.exec(versionOf('go', 'version') ?? '') ?? [];
    return Number(minor) >= LEAST_GO ? null : `Go 1.${LEAST_GO} or later not installed`;
  },
  make: (folder) =>
    runTool('go', ['build', '-trimpath', '-o', binaryIn(folder), '.'], {
      cwd: sourcesOf('googlesql-analyser'),
      // One package is very large: nothing is compiled beside it. An older Go fetches the tool chain that go.mod names.
      env: { GOFLAGS: '-p=1', CGO_ENABLED: '0', GOTOOLCHAIN: 'auto' },
    }),
};

/** The program and its arguments: a JSON line in, a JSON line out. */
export function analyserCommand(): readonly [string, readonly string[]] {
  return [binaryIn(folderOf(ANALYSER)), []];
}

function binaryIn(folder: string): string {
  return join(folder, 'googlesql-analyser');
}

/** Its largest package peaks at 6.9 GB. */
const BUILD_BYTES = 7.5 * 2 ** 30;
/** The first that fetches the tool chain which go.mod asks for. */
const LEAST_GO = 21;
