import { spawn, spawnSync } from 'node:child_process';

/** Where and with what a tool runs. */
export type ToolOptions = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> };

/** Runs a tool to its end; its output is told only when it fails. */
export function runTool(file: string, args: readonly string[], { cwd, env }: ToolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`${file} ${args[0] ?? ''} ended with ${code ?? 'a kill at its deadline'}:\n${output}`),
        );
    });
  });
}

/** What a tool says of its version, or null where it is not installed. */
export function versionOf(file: string, flag: string): string | null {
  const { status, stdout, stderr } = spawnSync(file, [flag], {
    encoding: 'utf8',
    timeout: VERSION_DEADLINE_MS,
  });
  return status === 0 ? `${stdout}${stderr}` : null;
}

/** The analyser's cold build takes five minutes of one core. */
const DEADLINE_MS = 30 * 60_000;
const VERSION_DEADLINE_MS = 20_000;
/** The end of a tool's output, where its error stands. */
const OUTPUT_CHARACTERS = 4000;
