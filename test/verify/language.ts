import type { Check } from './check.js';
import { analyser, emulator, evaluator } from './language/bigquery.js';
import { hostile } from './language/hostile.js';
import { kernels } from './language/kernels.js';
import { mutants } from './language/mutants.js';
import { parity } from './language/parity.js';

/** One language, proven equal in every engine. Its "Must hold" lines. */
export const language: readonly Check[] = [parity, evaluator, emulator, analyser, mutants, hostile, kernels];
