/** `npm run counterparts -- fetch|status`: makes or installs the programs that we are tested or
 * measured against, or says which are there. */

import { COUNTERPARTS } from './all.js';
import { fetchCounterpart, placeOf, whyMissing } from './counterpart.js';

process.exitCode = await main(process.argv[2] ?? 'status');

async function main(command: string): Promise<number> {
  if (command === 'status') {
    for (const each of COUNTERPARTS) console.log(`${each.name}: ${placeOf(each) ?? whyMissing(each)}`);
    return 0;
  }
  if (command === 'fetch') return fetchAll();
  console.error(`"${command}" is no command: name fetch or status`);
  return 2;
}

/** One after the other: each may take a core and gigabytes. */
async function fetchAll(): Promise<number> {
  let failures = 0;
  for (const each of COUNTERPARTS) {
    const started = performance.now();
    try {
      const place = await fetchCounterpart(each);
      console.log(`${each.name}: ${place} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
    } catch (error) {
      failures++;
      console.error(error instanceof Error ? error.message : error);
    }
  }
  return failures === 0 ? 0 : 1;
}
