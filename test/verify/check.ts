import { setTimeout as sleep } from 'node:timers/promises';
import { conditions } from '../../bench/conditions.js';

/** What a check saw; `figure` is printed whether it holds or not. */
export type Outcome = { readonly ok: boolean; readonly figure: string };

/** A change of the built code under which the check must fail: proof that it can. */
type SeededDefect = {
  /** Below `dist`; a source in TypeScript for a check that runs vitest. */
  readonly file: string;
  /** Text that stands there once. */
  readonly find: string;
  readonly replace: string;
};

/** One line of an issue's "Must hold". */
export type Check = {
  readonly name: string;
  readonly bar: string;
  readonly run: () => Promise<Outcome>;
  readonly defect: SeededDefect;
};

/** The load average below which an absolute figure counts. */
const IDLE_LOAD = 2;

/** Begins the figure of a check that could not be measured. */
export const UNMEASURED = 'UNMEASURED';

/** How long an absolute measurement waits for the machine to become idle. */
const IDLE_WAIT_MS = 120_000;

const REPETITIONS = 5;

/** An absolute figure: the median of five runs, each begun on an idle machine, else UNMEASURED (which fails). */
export async function measured<T>(
  run: () => Promise<T>,
  judge: (runs: readonly T[]) => Outcome,
  repetitions = REPETITIONS,
): Promise<Outcome> {
  const runs: T[] = [];
  const seen: string[] = [];
  for (let i = 0; i < repetitions; i++) {
    const load = await idleLoad();
    const { calibrationMs } = conditions();
    if (load >= IDLE_LOAD)
      return { ok: false, figure: `${UNMEASURED}: load ${load.toFixed(1)}, not below ${IDLE_LOAD}` };
    runs.push(await run());
    seen.push(`${load.toFixed(1)}/${calibrationMs}`);
    // Most runs failing settles the median.
    if (runs.filter((each) => !judge([each]).ok).length > repetitions / 2) break;
  }
  const { ok, figure } = judge(runs);
  return { ok, figure: `${figure} [load/calibration ms before each: ${seen.join(', ')}]` };
}

async function idleLoad(): Promise<number> {
  const deadline = performance.now() + IDLE_WAIT_MS;
  for (;;) {
    const { load1 } = conditions();
    if (load1 < IDLE_LOAD || performance.now() > deadline) return load1;
    await sleep(5_000);
  }
}
