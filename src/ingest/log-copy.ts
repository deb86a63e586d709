import { createHash } from 'node:crypto';
import { PlumblineError } from '../definition/error.js';
import type { CopiedLog, LogRun } from './copied-log.js';

/**
 * Brings the log of a source to another engine: every row keeps its sequence, its epoch and its bytes, and the next owner's
 * epoch is behind all of them. What is there already is not copied again. `onRows` hears how far it is.
 */
export async function copyLog(
  source: string,
  { from, to }: { readonly from: CopiedLog; readonly to: CopiedLog },
  onRows: (next: bigint, end: bigint) => void,
): Promise<void> {
  const [end, done] = await Promise.all([from.end(source), to.end(source)]);
  if (done.next > end.next)
    throw otherLog(source, `reaches ${done.next - 1n}, and is to reach ${end.next - 1n}`);
  if (end.next === 0n) return;
  if (done.next < end.next) {
    for await (const run of joined(runsFrom(source, from, done.next), to.runBytes)) {
      await to.append(source, run);
      onRows(run.firstSequence + BigInt(run.rowCount), end.next);
    }
  }
  await to.raise(source, end.epoch);
}

/** SHA-256, in hexadecimal, of all that a log holds of a source: bytes of its entries, and where epochs begin. */
export async function logDigest(source: string, log: CopiedLog): Promise<string> {
  const hash = createHash('sha256');
  let epoch: bigint | null = null;
  for await (const run of log.runs(source, 0n)) {
    if (run.epoch !== epoch) hash.update(`epoch ${run.epoch} from ${run.firstSequence}\n`);
    epoch = run.epoch;
    hash.update(run.bytes);
  }
  return hash.digest('hex');
}

/** A copy that was cut short ends where a run of its original does. */
async function* runsFrom(source: string, log: CopiedLog, fromSequence: bigint): AsyncIterable<LogRun> {
  let next = fromSequence;
  for await (const run of log.runs(source, fromSequence)) {
    if (run.firstSequence !== next)
      throw otherLog(source, `ends at ${next - 1n}, within rows that came together`);
    yield run;
    next = run.firstSequence + BigInt(run.rowCount);
  }
}

/** Runs that follow each other in one epoch as one, up to so many bytes: rows that came one by one would take a write each. */
async function* joined(runs: AsyncIterable<LogRun>, maxBytes: number): AsyncIterable<LogRun> {
  let held: LogRun[] = [];
  let bytes = 0;
  for await (const run of runs) {
    const fits = held.length === 0 || (held[0]!.epoch === run.epoch && bytes + run.bytes.length <= maxBytes);
    if (!fits) {
      yield joinedRun(held);
      [held, bytes] = [[], 0];
    }
    held.push(run);
    bytes += run.bytes.length;
  }
  if (held.length > 0) yield joinedRun(held);
}

function joinedRun(runs: readonly LogRun[]): LogRun {
  if (runs.length === 1) return runs[0]!;
  return {
    ...runs[0]!,
    rowCount: runs.reduce((sum, { rowCount }) => sum + rowCount, 0),
    bytes: Buffer.concat(runs.map(({ bytes }) => bytes)),
  };
}

function otherLog(source: string, what: string): PlumblineError {
  return new PlumblineError(
    'CONFLICT',
    `the log of source "${source}" at the target ${what}: it is no copy of this one; remove it there, or name another place`,
  );
}
