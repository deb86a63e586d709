import type { Check } from './check.js';
import { engines } from './engines.js';
import { language } from './language.js';
import { mainJob } from './main-job.js';
import { rows } from './rows.js';
import { transforms } from './transforms.js';
import { windows } from './windows.js';

/** What `npm run verify` can be asked for; faults of engines come so many rounds. */
export function suites(faultRounds: number): Readonly<Record<string, readonly Check[]>> {
  return { 'main-job': mainJob, rows, language, transforms, windows, engines: engines(faultRounds) };
}
