import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../../../demo/paths.js';
import { runScript } from '../run-script.js';

/** A change of the compiler that the parity suite must find; `mutants.yaml` lists them. */
export type Mutant = {
  /** What is wrong with it, as a person would say. */
  readonly about: string;
  /** Below `dist/src/compile`. */
  readonly file: string;
  /** Text that stands there once. */
  readonly find: string;
  readonly replace: string;
  /** Operations to look at, so that it is found soon. */
  readonly operations?: readonly string[];
  /** Engines to compare; default the kernels and feature sets. */
  readonly target?: string;
};

/** Every mutant. */
export async function readMutants(): Promise<readonly Mutant[]> {
  return parse(await readFile(join(ROOT, 'test/verify/language/mutants.yaml'), 'utf8')) as readonly Mutant[];
}

/**
 * Runs the parity suite in a process of its own on the mutant; null where it finds a difference that the compiler without it
 * does not have, else why it does not count as found. What cannot be loaded, or is not there once, is found by nobody.
 */
export async function missed(mutant: Mutant): Promise<string | null> {
  const text = await readFile(join(ROOT, 'dist/src/compile', mutant.file), 'utf8').catch(() => '');
  const times = text.split(mutant.find).length - 1;
  if (times !== 1) return `the text to change stands in ${mutant.file} ${times} times, not once`;
  const { file, find, replace } = mutant;
  const plant = ['--import', `./${PLANT}?${new URLSearchParams({ file, find, replace })}`];
  const planted = await parityOf(mutant, ['--cases', String(CASES)], plant);
  if (planted.differences === null) return `the run broke: ${planted.output.slice(-300)}`;
  if (planted.differences === 0) return `nothing differs in ${CASES} cases`;
  const number = /--case (\d+)/.exec(planted.output)?.[1] ?? '';
  const whole = await parityOf(mutant, ['--case', number], []);
  return whole.differences === 0 ? null : `case ${number} differs without it too`;
}

async function parityOf(
  { operations, target = 'kernel' }: Mutant,
  cases: readonly string[],
  options: readonly string[],
): Promise<{ readonly differences: number | null; readonly output: string }> {
  const { output } = await runScript(ROOT, [
    ...options,
    'dist/test/parity/main.js',
    ...['--json', '--seed', String(SEED), '--stop-after', '1', '--target', target],
    ...cases,
    ...(operations === undefined ? [] : ['--operation', operations.join(',')]),
  ]);
  return { differences: differencesIn(output), output };
}

function differencesIn(output: string): number | null {
  const line = output.split('\n').find((each) => each.startsWith('{"ok"'));
  if (line === undefined) return null;
  const { metrics } = JSON.parse(line) as { readonly metrics: { readonly differences: number } };
  return metrics.differences;
}

const PLANT = 'dist/test/verify/language/plant-mutant.js';
const SEED = 1;
/** Enough for every mutant, and a few seconds where one is missed. */
const CASES = 4000;
