import type { Check } from '../check.js';
import { inParallel } from '../rows/in-parallel.js';
import { missed, readMutants } from './mutant.js';

const AT_ONCE = 2;
const LEAST = 50;

/** Mutants of the compiler: the parity suite finds each of them. */
export const mutants: Check = {
  name: 'mutants',
  bar: `every mutant of the compiler found, at least ${LEAST} of them`,
  defect: {
    file: 'test/parity/parity.js',
    find: 'sameBits(answer[row], expected)',
    replace: 'sameBits(expected, expected)',
  },
  run: async () => {
    const lines = await inParallel(await readMutants(), AT_ONCE, async (mutant) => {
      const reason = await missed(mutant);
      const text = `${mutant.file}, ${mutant.about}: ${reason ?? 'found'}`;
      console.log(`${reason === null ? 'found ' : 'MISSED'} ${text}`);
      return { ok: reason === null, text };
    });
    const wrong = lines.filter(({ ok }) => !ok);
    return {
      ok: wrong.length === 0 && lines.length >= LEAST,
      figure: [
        `${lines.length - wrong.length} of ${lines.length} found`,
        ...wrong.slice(0, 3).map(({ text }) => text),
      ].join(' | '),
    };
  },
};
