import { PlumblineError } from '../definition/error.js';
import type { Clock } from '../platform/clock.js';
import type { CatalogHolder } from '../registry/catalog.js';
import { lastOf } from './log.js';
import type { Pipelines } from './pipelines.js';
import { parseJsonRows } from './row-parser.js';
import { requireRows } from './row-rules.js';

/** Most rows of one push. */
export const MAX_PUSH_ROWS = 100_000;

/** What a push answers: every row is durable and visible online. */
export type Accepted = {
  readonly accepted: number;
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
};

/** Rows over HTTP. */
export class Push {
  constructor(
    private readonly pipelines: Pipelines,
    private readonly catalogs: CatalogHolder,
    private readonly clock: Clock,
    private readonly maxSkewUs: bigint,
  ) {}

  /** Takes all rows or none. Throws NOT_FOUND, INVALID_ROW, FUTURE_EVENT, INVALID_REQUEST. */
  async push(project: string, sourceName: string, rows: readonly unknown[]): Promise<Accepted> {
    const catalog = this.catalogs.current();
    const source = catalog.source(project, sourceName);
    if (rows.length === 0 || rows.length > MAX_PUSH_ROWS) {
      throw new PlumblineError('INVALID_REQUEST', `send 1 to ${MAX_PUSH_ROWS} rows, not ${rows.length}`, { path: '/rows' });
    }
    const batch = parseJsonRows(source, rows);
    const arrivalUs = this.clock.nowUs();
    requireRows(batch, {
      source,
      featureSets: catalog.featureSetsOf(project, sourceName),
      rowPath: (row) => `/rows/${row}`,
      latestEventUs: arrivalUs + this.maxSkewUs,
    });
    const entry = { rows: batch, arrivalUs, door: { kind: 'push' } } as const;
    const logged = await this.pipelines.of(project, sourceName).accept(entry);
    return { accepted: rows.length, firstSequence: logged.firstSequence, lastSequence: lastOf(logged) };
  }
}

export const PUSH = Symbol('Push');
