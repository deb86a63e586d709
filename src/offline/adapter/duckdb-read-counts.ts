import type { DuckDBConnection } from '@duckdb/node-api';
import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { ServiceRead } from '../../compile/service-reads.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import { type EntrySource, joinedSql, matchColumn } from '../../compile/sql/point-in-time.js';
import { computeByKernel, kernelFeatures } from './duckdb-kernel.js';
import type { Differing } from './duckdb-leak.js';
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

export type ReadLeaks = {
  readonly connection: DuckDBConnection;
  readonly service: CompiledFeatureService;
  readonly sources: readonly EntrySource[];
  /** The frame as a FROM item. */
  readonly frame: string;
  /** Where the two rules match different rows, of each entry where they do. */
  readonly differing: readonly Differing[];
  /** Makes the matches of an entry by the first of the rules, for every row of the frame, if they are not there; gives their table. */
  readonly matchesOf: (entry: number) => Promise<string>;
};

/**
 * Computed values that the two rules would give differently (S17): both are computed, for the rows of the frame in which
 * any entry differs.
 */
export async function countReadLeaks(leaks: ReadLeaks): Promise<number> {
  const { connection, service, sources } = leaks;
  const used = new Set([...answeredReads(service).values()].flatMap(({ entries }) => entries));
  const differing = leaks.differing.filter(({ entry }) => used.has(entry));
  if (differing.length === 0) return 0;
  const rows = differing.map(({ table }) => `SELECT "~row" FROM ${table}`).join(' UNION ');
  await fillTable(connection, '"~changed"', rows);
  if ((await countRows(connection, ['"~changed"'])) === 0) return 0;
  const sides = { mine: [] as string[], other: [] as string[] };
  for (const entry of sources.keys()) {
    const matches = used.has(entry) ? await leaks.matchesOf(entry) : null;
    const table = differing.find((each) => each.entry === entry)?.table ?? null;
    sides.mine.push(matchesSql(matches, null));
    sides.other.push(matchesSql(matches, table));
  }
  const mine = await readsOf(leaks, 'mine', sides.mine);
  const other = await readsOf(leaks, 'other', sides.other);
  const counts = [...answeredReads(service).keys()].map(
    (place) => `count(*) FILTER (a.${readColumn(place)} IS DISTINCT FROM b.${readColumn(place)})`,
  );
  const sql = `SELECT ${counts.join(' + ')} FROM ${mine} a JOIN ${other} b USING ("~row")`;
  const [row] = await rowsOf(connection, sql);
  return Number(row![0]);
}

/** The matches of the rows that changed as a FROM item, those of the second rule where `differing` has them. */
function matchesSql(matches: string | null, differing: string | null): string {
  if (matches === null) return '(SELECT "~row", NULL::BIGINT AS "~sequence" FROM "~changed")';
  if (differing === null)
    return `(SELECT m."~row", m."~sequence" FROM ${matches} m SEMI JOIN "~changed" USING ("~row"))`;
  const sequence = 'CASE WHEN d."~row" IS NULL THEN m."~sequence" ELSE d."~other" END AS "~sequence"';
  return `(SELECT m."~row", ${sequence} FROM ${matches} m SEMI JOIN "~changed" c ON c."~row" = m."~row" LEFT JOIN ${differing} d ON d."~row" = m."~row")`;
}

/** Computes the values of one rule; gives their table. */
async function readsOf(
  { connection, service, sources, frame }: ReadLeaks,
  side: 'mine' | 'other',
  matches: readonly string[],
): Promise<string> {
  const [joined, kernel, into] = [`~joined_${side}`, `~kernel_${side}`, `~reads_${side}`];
  const rows = `(SELECT f.* FROM ${frame} f SEMI JOIN "~changed" c ON c."~row" = f."~row")`;
  await fillTable(connection, quoteIdentifier(joined), joinedSql(rows, sources, matches));
  const features = kernelFeatures(sources);
  const byKernel = features.length > 0;
  if (byKernel) await computeByKernel(connection, { sources, features, joined, into: kernel });
  await computeReads(connection, {
    service,
    sources,
    from: withKernelSql(joined, byKernel ? kernel : null),
    into,
  });
  return quoteIdentifier(into);
}
