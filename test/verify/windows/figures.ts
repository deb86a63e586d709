import type { BenchResult } from '../../../bench/conditions.js';
import { WANTED_ROUNDS } from '../../../bench/quiet-rounds.js';
import { windows as benchWindows } from '../../../bench/windows.js';
import { type Check, measured, type Outcome } from '../check.js';

const LEAST_ROWS = 40_000;
const MOST_P99_MS = 2;
const MOST_RATIO = 2;
const MOST_MIB = 3 * 1024;

/** Rows in, as fast as they must be with twelve windows over them. */
export const figuresIn: Check = {
  name: 'figures-in',
  bar: `12 windowed features: ${LEAST_ROWS} rows a second until log, tiles and history have them, from Parquet and 1,000 a request`,
  defect: {
    file: 'src/online/window/changed-block.js',
    find: 'change.rows.add(states, rows);',
    replace: 'for (let w = 0; w < 100000; w++) globalThis.w = w; change.rows.add(states, rows);',
  },
  run: () =>
    figure(({ metrics }) => {
      const { loadRowsPerSecond, pushRowsPerSecond, pushQuietRounds } = metrics;
      return {
        ok:
          loadRowsPerSecond! >= LEAST_ROWS && pushRowsPerSecond! >= LEAST_ROWS && isMeasured(pushQuietRounds),
        figure: `${loadRowsPerSecond} and ${pushRowsPerSecond} rows a second${quietness(pushQuietRounds)}`,
      };
    }),
};

/** The twelve of one entity over HTTP, however slowly earlier answers come. */
export const figuresLookup: Check = {
  name: 'figures-lookup',
  bar: `12 windowed features of one entity, 1,000 lookups a second: p99 below ${MOST_P99_MS} ms`,
  defect: {
    file: 'src/online/online.controller.js',
    find: 'const answer = await this.lookups.lookup(service, asked, least);',
    replace:
      'for (const until = performance.now() + 3; performance.now() < until; ); const answer = await this.lookups.lookup(service, asked, least);',
  },
  run: () =>
    figure(({ metrics }) => {
      const { lookupP50Ms, lookupP99Ms, lookupPerSecond, lookupLateP99Ms, lookupQuietRounds } = metrics;
      const { emptyServerP99Ms, failures } = metrics;
      return {
        ok: failures === 0 && lookupP99Ms! < MOST_P99_MS && isMeasured(lookupQuietRounds),
        figure: `p50 ${lookupP50Ms} ms, p99 ${lookupP99Ms} ms (an empty server: ${emptyServerP99Ms}) at ${lookupPerSecond} a second, sent ${lookupLateP99Ms} ms late at p99; ${failures} failures${quietness(lookupQuietRounds)}`,
      };
    }),
};

/** A large frame over a larger history by what was known, against SQL that somebody would write by hand. */
export const figuresRetrieval: Check = {
  name: 'figures-retrieval',
  bar: `0 differing cells; at most ${MOST_RATIO} times as long as SQL by hand over INT64 and scaled columns; at most ${MOST_MIB} MiB`,
  defect: {
    file: 'src/compile/window/window-span.js',
    find: 'this.floored(t - this.sizeUs)',
    replace: 'this.floored(t - this.sizeUs - this.hopUs)',
  },
  run: () =>
    figure(({ metrics }) => {
      const { countedToByHand, scaledToByHand, floatingToByHand, peakRssMiB, differences } = metrics;
      const isCheap =
        countedToByHand! <= MOST_RATIO && scaledToByHand! <= MOST_RATIO && peakRssMiB! <= MOST_MIB;
      return {
        ok: differences === 0 && isCheap,
        figure: `${differences} differing cells; ${countedToByHand} (INT64), ${scaledToByHand} (scaled) and ${floatingToByHand} (FLOAT64) times as long; ${peakRssMiB} MiB`,
      };
    }),
};

const isMeasured = (quietRounds: number | undefined): boolean => quietRounds === WANTED_ROUNDS;

function quietness(quietRounds: number | undefined): string {
  if (isMeasured(quietRounds)) return `; medians of ${WANTED_ROUNDS}`;
  return `; UNMEASURED: the host of the machine left it alone in ${quietRounds} rounds, not ${WANTED_ROUNDS}`;
}

const FULL_SIZE = 1;

/** One run for the three of them; its figures are medians where they can be. */
let run: Promise<BenchResult> | undefined;

function figure(judge: (result: BenchResult) => Outcome): Promise<Outcome> {
  return measured(
    () => {
      run ??= benchWindows(FULL_SIZE);
      return run;
    },
    ([result]) => judge(result!),
    1,
  );
}
