import { join } from 'node:path';
import { folderOf, type MadeCounterpart, requireCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** Feast (Python): whose wire format we answer, and what lookups and pushes are measured against. about 530 MB. */
export const FEAST: MadeCounterpart = {
  kind: 'made',
  name: 'feast',
  judges: "Feast's wire format, by its own client",
  lacks: () => {
    const [, minor] = /^Python 3\.(\d+)/.exec(versionOf('python3', '--version') ?? '') ?? [];
    return Number(minor) >= LEAST_PYTHON ? null : `Python 3.${LEAST_PYTHON} or later not installed`;
  },
  make: async (folder) => {
    await runTool('python3', ['-m', 'venv', join(folder, 'venv')], { cwd: folder });
    const requirements = join(sourcesOf('feast'), 'requirements.txt');
    const install = ['-m', 'pip', 'install', '-q', '--no-deps', '-r', requirements];
    await runTool(join(folder, 'venv', 'bin', 'python'), install, { cwd: folder });
  },
};

/** The interpreter that has Feast; throws, with the remedy, where it is not made. */
export function feastPython(): string {
  requireCounterpart(FEAST);
  return join(folderOf(FEAST), 'venv', 'bin', 'python');
}

/** What the pinned packages ask for. */
const LEAST_PYTHON = 11;
