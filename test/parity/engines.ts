import { openDuckdbEngine } from './duckdb-engine.js';
import type { ParityEngine } from './engine.js';
import { featureSetEngines, openFeatureSetDuckdb } from './feature-set-engine.js';
import { columnarKernelEngine, rowKernelEngine } from './kernel-engine.js';

/** What `--target` names, each with the engines that it opens. */
export const TARGETS = {
  kernel: async () => [columnarKernelEngine(), rowKernelEngine(), ...featureSetEngines()],
  duckdb: async () => [await openDuckdbEngine(), await openFeatureSetDuckdb()],
} satisfies Readonly<Record<string, () => Promise<readonly ParityEngine[]>>>;

export type TargetName = keyof typeof TARGETS;

/** Opens the engines of targets, does the work and closes them. */
export async function withEngines<T>(
  targets: readonly TargetName[],
  work: (engines: readonly ParityEngine[]) => Promise<T>,
): Promise<T> {
  const engines: ParityEngine[] = [];
  try {
    for (const target of targets) engines.push(...(await TARGETS[target]()));
    return await work(engines);
  } finally {
    for (const engine of engines) await engine.close();
  }
}
