import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { LatestSource } from '../../compile/sql/point-in-time.js';
import { CLOCK_BOUND_US, type Visibility } from '../../compile/sql/point-in-time-steps.js';
import { type RetrievalQuery, sequenceName } from '../store.js';
import { type MatchScope, matchInto } from './duckdb-match.js';
import { fillTable, rowsOf } from './duckdb-session.js';

type ServedAsk = {
  readonly scope: MatchScope;
  readonly source: LatestSource;
  readonly query: RetrievalQuery;
  /** The frame has the sequences that the answers knew. */
  readonly record: boolean;
  /** Table of the matches. */
  readonly into: string;
  /** Table for the rows that are not claimed. */
  readonly uncertain: string;
};

/**
 * Matches what online answers had (S18): by their record exactly; by T alone as the stamps say, and then gives the
 * number of rows that lie within the clock bound of a visibility change, and leaves them in a table. Where the earliest and the latest that the
 * clocks allow give the same row, every instant between does: the newest of more rows is no other one.
 */
export async function matchServed(ask: ServedAsk): Promise<number> {
  const { scope, source, query, record, into, uncertain } = ask;
  const { entry } = source;
  if (record) {
    const axis = quoteIdentifier(sequenceName(entry.alias));
    await matchInto({ ...scope, asked: { ...scope.asked, axis } }, into, 'logged');
    return 0;
  }
  const activeUs = query.activations.get(entry.featureSet.id)?.visibleUs ?? null;
  await matchActive(scope, into, { visibility: 'served', fromUs: activeUs });
  if (activeUs === null) return 0;
  await matchActive(scope, '"~earliest"', { visibility: 'earliest', fromUs: activeUs - CLOCK_BOUND_US });
  await matchActive(scope, '"~latest"', {
    visibility: 'latest',
    fromUs: activeUs + CLOCK_BOUND_US + query.maxSkewUs,
  });
  await fillTable(
    scope.connection,
    uncertain,
    `SELECT "~row" FROM "~earliest" e JOIN "~latest" l USING ("~row") WHERE e."~sequence" IS DISTINCT FROM l."~sequence"`,
  );
  const [row] = await rowsOf(scope.connection, `SELECT count(*) FROM ${uncertain}`);
  return Number(row![0]);
}

/** Matches from an instant on; before it, and with null always, there is none. */
async function matchActive(
  scope: MatchScope,
  into: string,
  { visibility, fromUs }: { readonly visibility: Visibility; readonly fromUs: bigint | null },
): Promise<void> {
  await matchInto(scope, into, visibility);
  const active = fromUs === null ? 'false' : `epoch_us(a."~t") >= ${fromUs}`;
  const sequence = `CASE WHEN ${active} THEN m."~sequence" END AS "~sequence"`;
  const gated = `SELECT "~row", ${sequence} FROM ${into} m JOIN ${scope.asked.from} a USING ("~row")`;
  await fillTable(scope.connection, into, gated);
}
