import { readFile } from 'node:fs/promises';

/** Rounds of a benchmark, and how many of them the machine was there for. */
export type Rounds<T> = {
  /** Of the quiet ones, or of all where none was. */
  readonly figures: readonly T[];
  readonly quiet: number;
  readonly disturbed: number;
};

/** Rounds that an absolute figure is the median of. */
export const WANTED_ROUNDS = 5;

/** A machine that is never quiet is not waited for any longer. */
const MOST_ROUNDS = 15;

/** Of the time that the cores ran: a core that others have for 2 % of it is missing at the 99th of 100 requests. */
const MOST_STOLEN = 0.02;

/**
 * Does a piece of work until {@link WANTED_ROUNDS} times the host left the virtual machine alone meanwhile. Which rounds count
 * rests on what the kernel says was stolen, never on what they found.
 */
export async function quietRounds<T>(round: (i: number) => Promise<T>): Promise<Rounds<T>> {
  const quiet: T[] = [];
  const disturbed: T[] = [];
  for (let i = 0; i < MOST_ROUNDS && quiet.length < WANTED_ROUNDS; i++) {
    const before = await coreTime();
    const figures = await round(i);
    const after = await coreTime();
    const stolen = (after.stolen - before.stolen) / Math.max(1, after.all - before.all);
    (stolen < MOST_STOLEN ? quiet : disturbed).push(figures);
  }
  const figures = quiet.length > 0 ? quiet : disturbed;
  return { figures, quiet: quiet.length, disturbed: disturbed.length };
}

/** Time of all cores since the machine started, and how much of it its host gave to others, ticks; 0 where no system tells. */
async function coreTime(): Promise<{ readonly all: number; readonly stolen: number }> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '');
  // user nice system idle iowait irq softirq steal (proc_stat(5))
  const times = stat.split('\n', 1)[0]!.trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: times.reduce((sum, each) => sum + each, 0), stolen: times[7] ?? 0 };
}
