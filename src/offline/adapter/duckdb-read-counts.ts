import type { DuckDBConnection } from '@duckdb/node-api';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { ServiceRead } from '../../compile/service-reads.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { matchColumn, unreadSql } from '../../compile/sql/point-in-time.js';
import { type FoundFrame, fillJoined } from './duckdb-joined.js';
import { computeByKernel, kernelFeatures } from './duckdb-kernel.js';
import { computeReads, readColumn, withKernelSql } from './duckdb-reads.js';
import { fillTable, rowsOf } from './duckdb-session.js';

/** The read expressions that stand in an answer, by their places; others are on the way to them. */
function answeredReads({ parts, reads }: CompiledFeatureService): ReadonlyMap<number, ServiceRead> {
  const places = parts.flatMap((part) => (part.kind === 'reads' ? part.reads : []));
  return new Map(places.map((place) => [place, reads[place]!]));
}

/** SQL over the joined frame: how many computed values rest on a row whose created time was assumed (S17). */
export function assumedReadsSql(service: CompiledFeatureService): readonly string[] {
  return groups(service).map(({ entries, count }) => {
    const assumed = entries.map((entry) => matchColumn(entry, 'assumed')).join(' OR ');
    return `${count} * count(*) FILTER (${assumed})`;
  });
}

/** How many computed values rest on a row that is not claimed (S18); `uncertain` has a table of rows for such entries. */
export async function countUncertainReads(
  connection: DuckDBConnection,
  service: CompiledFeatureService,
  uncertain: ReadonlyMap<number, string>,
): Promise<number> {
  let total = 0;
  for (const { entries, count } of groups(service)) {
    const tables = entries.flatMap((entry) => uncertain.get(entry) ?? []);
    if (tables.length > 0) total += count * (await countRows(connection, tables));
  }
  return total;
}

/** Computed values that rest on the same entries. */
function groups(
  service: CompiledFeatureService,
): readonly { readonly entries: readonly number[]; readonly count: number }[] {
  const reads = [...answeredReads(service).values()].filter(({ entries }) => entries.length > 0);
  const byEntries = Map.groupBy(reads, ({ entries }) => entries.toSorted((a, b) => a - b).join());
  return [...byEntries.values()].map((same) => ({ entries: same[0]!.entries, count: same.length }));
}

async function countRows(connection: DuckDBConnection, tables: readonly string[]): Promise<number> {
  const rows = tables.map((table) => `SELECT "~row" FROM ${table}`).join(' UNION ALL ');
  const [row] = await rowsOf(connection, `SELECT count(DISTINCT "~row") FROM (${rows})`);
  return Number(row![0]);
}

/** The rows in which one entry differs between `known` and `event`, and what both give. */
export type EntrySides = {
  /** Table with a `"~row"` for each; null where the entry does not differ anywhere. */
  readonly differing: string | null;
  /** The matches, or windows, of the rows in {@link CHANGED} by the two rules, as FROM items of `joinedSql`; the order of the rules is that of every entry. */
  readonly sides: () => Promise<Sides>;
};

export type Sides = { readonly mine: string; readonly other: string };

/** The rows of the frame in which any entry differs: a table of `"~row"`. */
export const CHANGED = '"~changed"';

export type ReadLeaks = Omit<FoundFrame, 'matches'> & {
  readonly connection: DuckDBConnection;
  readonly service: CompiledFeatureService;
  /** By the place of the entry. */
  readonly entries: readonly EntrySides[];
};

/**
 * Computed values that the two rules would give differently (S17): both are computed, for the rows of the frame in which
 * any entry differs.
 */
export async function countReadLeaks(leaks: ReadLeaks): Promise<number> {
  const { connection, service, sources, entries } = leaks;
  const used = new Set([...answeredReads(service).values()].flatMap((read) => read.entries));
  const tables = entries.flatMap(({ differing }, entry) =>
    differing !== null && used.has(entry) ? [differing] : [],
  );
  if (tables.length === 0) return 0;
  await fillTable(connection, CHANGED, tables.map((table) => `SELECT "~row" FROM ${table}`).join(' UNION '));
  if ((await countRows(connection, [CHANGED])) === 0) return 0;
  const all: Sides[] = [];
  for (const [entry, source] of sources.entries()) {
    const unread = unreadSql(source, entry, CHANGED);
    all.push(used.has(entry) ? await entries[entry]!.sides() : { mine: unread, other: unread });
  }
  const mine = await readsOf(
    leaks,
    'mine',
    all.map((sides) => sides.mine),
  );
  const other = await readsOf(
    leaks,
    'other',
    all.map((sides) => sides.other),
  );
  const counts = [...answeredReads(service).keys()].map(
    (place) => `count(*) FILTER (a.${readColumn(place)} IS DISTINCT FROM b.${readColumn(place)})`,
  );
  const sql = `SELECT ${counts.join(' + ')} FROM ${mine} a JOIN ${other} b USING ("~row")`;
  const [row] = await rowsOf(connection, sql);
  return Number(row![0]);
}

/** Computes the values of one rule; gives their table. */
async function readsOf(
  leaks: ReadLeaks,
  side: 'mine' | 'other',
  matches: readonly string[],
): Promise<string> {
  const { connection, service, sources, frame } = leaks;
  const [joined, kernel, into] = [`~joined_${side}`, `~kernel_${side}`, `~reads_${side}`];
  const rows = `(SELECT f.* FROM ${frame} f SEMI JOIN ${CHANGED} c ON c."~row" = f."~row")`;
  await fillJoined(connection, quoteIdentifier(joined), { ...leaks, frame: rows, matches });
  const features = kernelFeatures(sources);
  const byKernel = features.length > 0;
  if (byKernel) await computeByKernel(connection, { features, joined, into: kernel });
  await computeReads(connection, {
    service,
    sources,
    from: withKernelSql(joined, byKernel ? kernel : null),
    into,
  });
  return quoteIdentifier(into);
}
