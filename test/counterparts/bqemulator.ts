import { join } from 'node:path';
import { folderOf, type MadeCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** An emulator of BigQuery's service (Python, DuckDB inside): that our client, jobs and statements work. About 450 MB. */
export const BQEMULATOR: MadeCounterpart = {
  kind: 'made',
  name: 'bqemulator',
  judges: 'BigQuery statements run through its client',
  lacks: () => {
    const [, minor] = /^Python 3\.(\d+)/.exec(versionOf('python3', '--version') ?? '') ?? [];
    return Number(minor) >= LEAST_PYTHON ? null : `Python 3.${LEAST_PYTHON} or later not installed`;
  },
  make: async (folder) => {
    const options = { cwd: folder, env: environmentIn(folder) };
    const python = pythonIn(folder);
    await runTool('python3', ['-m', 'venv', join(folder, 'venv')], options);
    const requirements = join(sourcesOf('bqemulator'), 'requirements.txt');
    await runTool(python, ['-m', 'pip', 'install', '-q', '--no-deps', '-r', requirements], options);
    // It insists on DuckDB's spatial extension: put where DuckDB looks, so that starting downloads nothing.
    const spatial = 'from duckdb_extensions import import_extension; import_extension("spatial")';
    await runTool(python, ['-c', spatial], options);
  },
};

/** The program, its arguments and its environment: REST on a free port of the loopback, which its log names. */
export function bqemulatorCommand(project: string): {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const folder = folderOf(BQEMULATOR);
  const ports = [
    '--rest-host',
    '127.0.0.1',
    '--rest-port',
    '0',
    '--grpc-host',
    '127.0.0.1',
    '--grpc-port',
    '0',
  ];
  return {
    file: pythonIn(folder),
    args: ['-m', 'bqemulator', 'start', ...ports, '--ephemeral', '--project', project, '--log-level', 'info'],
    env: environmentIn(folder),
  };
}

/** The folder is moved once it is made: scripts of a virtual environment hold its path, its interpreter does not. */
function pythonIn(folder: string): string {
  return join(folder, 'venv', 'bin', 'python');
}

/** DuckDB keeps extensions in its user's home. */
function environmentIn(folder: string): Readonly<Record<string, string>> {
  return { HOME: folder };
}

/** What the pinned packages ask for. */
const LEAST_PYTHON = 11;
