import { join } from 'node:path';
import { type LineProgram, LineProtocol } from '../support/line-protocol.js';
import { folderOf, type MadeCounterpart, requireCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** scikit-learn (Python): what training is measured against. About 250 MB. */
export const SCIKIT_LEARN: MadeCounterpart = {
  kind: 'made',
  name: 'scikit-learn',
  judges: 'how fast perceptrons are trained',
  lacks: () => {
    const [, minor] = /^Python 3\.(\d+)/.exec(versionOf('python3', '--version') ?? '') ?? [];
    return Number(minor) >= LEAST_PYTHON ? null : `Python 3.${LEAST_PYTHON} or later not installed`;
  },
  make: async (folder) => {
    await runTool('python3', ['-m', 'venv', join(folder, 'venv')], { cwd: folder });
    const requirements = join(sourcesOf('scikit-learn'), 'requirements.txt');
    const install = ['-m', 'pip', 'install', '-q', '--no-deps', '-r', requirements];
    await runTool(pythonIn(folder), install, { cwd: folder });
  },
};

/** A process of it that trains; `threads` are those of its linear algebra, null leaves them to it. */
export function scikitLearn(threads: number | null): LineProtocol {
  requireCounterpart(SCIKIT_LEARN);
  const script = join(sourcesOf('scikit-learn'), 'train.py');
  const python = pythonIn(folderOf(SCIKIT_LEARN));
  const command: LineProgram['command'] =
    threads === null
      ? [python, [script]]
      : ['env', [`OPENBLAS_NUM_THREADS=${threads}`, `OMP_NUM_THREADS=${threads}`, python, script]];
  return new LineProtocol({ name: 'scikit-learn', command, deadlineMs: 120_000 });
}

/** The folder is moved once it is made: scripts of a virtual environment hold its path, its interpreter does not. */
function pythonIn(folder: string): string {
  return join(folder, 'venv', 'bin', 'python');
}

/** What the pinned packages ask for. */
const LEAST_PYTHON = 11;
