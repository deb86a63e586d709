import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a script of the build to its end; gives its exit code, null after a signal, and all that it wrote. */
export async function runScript(
  cwd: string,
  parameters: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [...parameters], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
