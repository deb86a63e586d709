import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningService, startService } from '../demo/service.js';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '..');
const SNIPPET_DEADLINE_MS = 30_000;
const README = await readFile(join(ROOT, 'README.md'), 'utf8');

/** A fenced block: its language, the words after it and its text. */
type Block = { readonly language: string; readonly info: string; readonly text: string };

const BLOCKS = [...README.matchAll(/^```(\w+) ?(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, language, info, text]): Block => ({ language: language!, info: info!, text: text! }),
);

let service: RunningService;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-readme-'));
  service = await startService({ dataDir: join(folder, 'data'), dataRoots: [folder] });
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

describe('README', () => {
  it('names files that exist', () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });

  it.each(BLOCKS.filter(({ info }) => info !== ''))('$language block works: $text', async (block) => {
    const file = /file=(\S+)/.exec(block.info)?.[1];
    if (file !== undefined) {
      await writeFile(join(folder, file), block.text);
      return;
    }
    const output = block.language === 'ts' ? await runTypeScript(block.text) : await runShell(block.text);
    const expected = /expect="(.*)"/.exec(block.info)?.[1];
    if (expected === undefined) expect(output).not.toContain('"error"');
    else expect(output).toContain(expected);
  });
});

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PLUMBLINE: service.baseUrl };
}

async function runShell(text: string): Promise<string> {
  const { stdout } = await run('bash', ['-ec', text], {
    cwd: folder,
    env: environment(),
    timeout: SNIPPET_DEADLINE_MS,
  });
  return stdout;
}

/** Runs a snippet as a reader's project would: against the built client, with its name replaced by its place. */
async function runTypeScript(text: string): Promise<string> {
  const client = join(ROOT, 'dist/sdk/typescript/src/client.js');
  const modules = join(folder, 'node_modules');
  if (!existsSync(modules)) await symlink(join(ROOT, 'node_modules'), modules);
  await writeFile(join(folder, 'snippet.mts'), text.replace('@plumbline/client', client));
  const { stdout } = await run(process.execPath, ['snippet.mts'], {
    cwd: folder,
    env: environment(),
    timeout: SNIPPET_DEADLINE_MS,
  });
  return stdout;
}
