import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Clock ticks a second in /proc: fixed for user space on Linux. */
const TICKS_PER_SECOND = 100;

/** Short beside what a retrieval takes; memory is not held for less. */
const SAMPLE_EVERY_MS = 20;

/** CPU seconds of a process so far, user and system, over all its threads. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command may hold spaces; what is behind it may not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** {@link cpuSeconds} of a process and its living children, and theirs. */
export async function treeCpuSeconds(pid: number): Promise<number> {
  return sumOver(await treeOf(pid), cpuSeconds);
}

/** Resident memory of a process and its living children, and theirs, MiB; pages that they share count for each. */
export async function treeRssMiB(pid: number): Promise<number> {
  return sumOver(await treeOf(pid), rssMiB);
}

async function treeOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const trees = await Promise.all(
    children
      .trim()
      .split(' ')
      .filter(Boolean)
      .map((each) => treeOf(Number(each))),
  );
  return [pid, ...trees.flat()];
}

async function sumOver(pids: readonly number[], figure: (pid: number) => Promise<number>): Promise<number> {
  // One that has ended meanwhile counts for nothing.
  const figures = await Promise.all(pids.map((pid) => figure(pid).catch(() => 0)));
  return figures.reduce((sum, each) => sum + each, 0);
}

/** Resident memory of a process, MiB. */
export async function rssMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

export type Usage = { readonly seconds: number; readonly cpuSeconds: number; readonly peakRssMiB: number };

/** What a process used while some work was done. */
export async function usageOf(pid: number, work: () => Promise<unknown>): Promise<Usage> {
  const startedMs = performance.now();
  const cpuBefore = await cpuSeconds(pid);
  const done = new AbortController();
  const peak = peakUntil(pid, done.signal);
  try {
    await work();
  } finally {
    done.abort();
  }
  return {
    seconds: (performance.now() - startedMs) / 1000,
    cpuSeconds: (await cpuSeconds(pid)) - cpuBefore,
    peakRssMiB: await peak,
  };
}

/** What this process used while some work was done; its memory is not sampled, which would be work of its own. */
export async function ownUsage(work: () => Promise<unknown>): Promise<Omit<Usage, 'peakRssMiB'>> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 };
}

async function peakUntil(pid: number, done: AbortSignal): Promise<number> {
  let peak = 0;
  while (!done.aborted) {
    peak = Math.max(peak, await rssMiB(pid));
    await sleep(SAMPLE_EVERY_MS);
  }
  return peak;
}
