import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';

/** What a result was computed by, for its record (S25): where these differ, so may the last bit of it. */
export type Surroundings = {
  /** Version of this code, as its `package.json` has it. */
  readonly plumbline: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Processor, its cores and its architecture, for people. */
  readonly hardware: string;
};

/** The surroundings of this process. */
export function surroundingsOfProcess(): Surroundings {
  return {
    plumbline: codeVersion(import.meta.dirname),
    node: process.versions.node,
    hardware: hardwareText(),
  };
}

function hardwareText(): string {
  const cores = cpus();
  // Containers may hide what the processor is.
  const model = cores[0]?.model.trim() || 'unknown processor';
  return `${model}, ${cores.length} cores, ${process.arch} ${process.platform}`;
}

/** The version in the nearest `package.json` above, beside the source and above the build alike. */
function codeVersion(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly version?: string;
    };
    return version ?? 'unknown';
  } catch (error) {
    const parent = dirname(folder);
    if (parent !== folder) return codeVersion(parent);
    throw error;
  }
}
