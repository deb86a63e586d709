import { BQEMULATOR } from '../counterparts/bqemulator.js';
import { type Counterpart, requireCounterpart, whyMissing } from '../counterparts/counterpart.js';
import { EVALUATOR } from '../counterparts/googlesql-evaluator.js';
import { openBqemulatorEngine } from './bqemulator-engine.js';
import { openDuckdbEngine } from './duckdb-engine.js';
import type { ParityEngine } from './engine.js';
import { featureSetEngines, openFeatureSetDuckdb } from './feature-set-engine.js';
import { GoogleSqlEngine } from './googlesql-engine.js';
import { columnarKernelEngine, rowKernelEngine } from './kernel-engine.js';

/** What `--target` names. */
export type TargetName = 'kernel' | 'duckdb' | 'googlesql' | 'bqemulator';

type Target = {
  readonly open: () => Promise<readonly ParityEngine[]>;
  /** What it asks, which not every machine has. */
  readonly counterpart?: Counterpart;
};

/** Opens the engines of targets, does the work and closes them. Throws, with the remedy, where a counterpart is missing. */
export async function withEngines<T>(
  targets: readonly TargetName[],
  work: (engines: readonly ParityEngine[]) => Promise<T>,
): Promise<T> {
  const engines: ParityEngine[] = [];
  try {
    for (const name of targets) {
      const { open, counterpart } = TARGETS[name];
      if (counterpart !== undefined) requireCounterpart(counterpart);
      engines.push(...(await open()));
    }
    return await work(engines);
  } finally {
    for (const engine of engines) await engine.close();
  }
}

/** Every target, with the reason why it cannot run here, or null. */
export function targetsHere(): ReadonlyMap<TargetName, string | null> {
  const reasons = Object.entries(TARGETS).map(([name, { counterpart }]: [string, Target]) => {
    return [name as TargetName, counterpart === undefined ? null : whyMissing(counterpart)] as const;
  });
  return new Map(reasons);
}

const TARGETS: Readonly<Record<TargetName, Target>> = {
  kernel: { open: async () => [columnarKernelEngine(), rowKernelEngine(), ...featureSetEngines()] },
  duckdb: { open: async () => [await openDuckdbEngine(), await openFeatureSetDuckdb()] },
  googlesql: { open: async () => [new GoogleSqlEngine()], counterpart: EVALUATOR },
  bqemulator: { open: async () => [await openBqemulatorEngine()], counterpart: BQEMULATOR },
};
