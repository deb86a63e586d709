import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import { lastOf } from './log.js';
import type { Pipelines } from './pipelines.js';
import { parseJsonRows } from './row-parser.js';
import { requireRows } from './row-rules.js';

/** Most rows of one push. */
const MAX_PUSH_ROWS = 100_000;

/** What a push answers: every row is durable and visible online. */
export type Accepted = {
  readonly accepted: number;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
};

export type PushParts = {
  readonly pipelines: Pipelines;
  readonly clock: Clock;
  /** How far ahead of the clock an event may be, microseconds (S14). */
  readonly maxSkewUs: bigint;
};

/** Rows over HTTP. */
export class Push {
  constructor(private readonly parts: PushParts) {}

  /** Takes all rows or none. Throws NOT_FOUND, INVALID_ROW, FUTURE_EVENT, INVALID_REQUEST. */
  async push(project: string, sourceName: string, rows: readonly unknown[]): Promise<Accepted> {
    const pipeline = this.parts.pipelines.of(project, sourceName);
    const { source, featureSets } = pipeline.definitions;
    if (rows.length === 0 || rows.length > MAX_PUSH_ROWS) {
      throw new PlumblineError('INVALID_REQUEST', `send 1 to ${MAX_PUSH_ROWS} rows, not ${rows.length}`, {
        path: '/rows',
      });
    }
    const batch = parseJsonRows(source, rows);
    const arrivalUs = this.parts.clock.nowUs();
    requireRows(batch, {
      source,
      featureSets,
      rowPath: (row) => `/rows/${row}`,
      latestEventUs: arrivalUs + this.parts.maxSkewUs,
    });
    const entry = { rows: batch, arrivalUs, door: { kind: 'push' } } as const;
    const logged = await pipeline.accept(entry);
    return { accepted: rows.length, firstSequence: logged.firstSequence, lastSequence: lastOf(logged) };
  }
}

export const PUSH = Symbol('Push');
