import { COUNTERPARTS } from '../counterparts/all.js';
import { whyMissing } from '../counterparts/counterpart.js';

/** Vitest's last word: what was not tested because something is not on this machine, and why. */
export function teardown(): void {
  const missing = COUNTERPARTS.flatMap((counterpart) => {
    const reason = whyMissing(counterpart);
    return reason === null ? [] : [`  ${counterpart.name} (${counterpart.judges}): ${reason}`];
  });
  if (missing.length > 0) console.log(`\nDid not run:\n${missing.join('\n')}`);
}
