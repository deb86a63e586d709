import { isLabelSet } from '../../compile/label-set.js';
import { quoteIdentifier } from '../../compile/sql/duckdb.js';
import type { WindowedSource } from '../../compile/sql/point-in-time.js';
import { sequenceName } from '../store.js';
import { type EntryAsk, type EntryFound, entryHistory, matchTable } from './duckdb-entry.js';
import { CHANGED, type Sides } from './duckdb-read-counts.js';
import { fillTable } from './duckdb-session.js';
import { computeWindows, type WindowsBy, type WindowsWork } from './duckdb-windows.js';

/** Leaves the values of one windowed entry in its {@link matchTable}. */
export async function findWindows(ask: EntryAsk<WindowedSource>): Promise<EntryFound> {
  const { connection, query, source, entry } = ask;
  const into = `~m${entry}`;
  const counts = await computeWindows({ ...workOf(ask), from: '"~asked"', by: ruleOf(ask), into });
  const { shown } = source.entry;
  // Those that stand in the answer are the first.
  const inAnswer = (values: Float64Array): number =>
    values.subarray(0, shown.length).reduce((sum, count) => sum + count, 0);
  const anywhere = (values: Float64Array): boolean => values.some((count) => count > 0);
  const rowsWhere = async (name: string, column: string): Promise<string> => {
    const table = quoteIdentifier(`~${name}${entry}`);
    await fillTable(connection, table, `SELECT "~row" FROM ${matchTable(entry)} WHERE ${column}`);
    return table;
  };
  return {
    plan: 'windows',
    uncertain: anywhere(counts.uncertain)
      ? { values: inAnswer(counts.uncertain), table: await rowsWhere('u', '"~uncertain"') }
      : null,
    differing: anywhere(counts.leaks) ? await rowsWhere('d', '"~leak"') : null,
    sides: () => sidesOf(ask),
    countLeaks: async () => inAnswer(counts.leaks),
    immature: inAnswer(counts.immature),
    countAssumed: async () => (query.knowledge === 'known' ? inAnswer(counts.assumed) : 0),
  };
}

type SharedWork = Omit<WindowsWork, 'from' | 'by' | 'into'>;

function workOf({ connection, query, source, entry }: EntryAsk<WindowedSource>): SharedWork {
  const history = entryHistory(source, query);
  return { connection, source, history, entry, signal: query.signal };
}

function ruleOf({ query, source, record }: EntryAsk<WindowedSource>): WindowsBy {
  const { alias, featureSet } = source.entry;
  // A label is never served: beside what was, it is what the snapshot knows.
  if (isLabelSet(featureSet)) return { kind: query.knowledge === 'event' ? 'event' : 'known' };
  if (query.knowledge !== 'served') return { kind: query.knowledge };
  if (record) return { kind: 'record', column: quoteIdentifier(sequenceName(alias)) };
  const activeUs = query.activations.get(featureSet.id)?.visibleUs ?? null;
  return { kind: 'served', activeUs, maxSkewUs: query.maxSkewUs };
}

/** Both rules anew, for the rows in which some entry differs. */
async function sidesOf(ask: EntryAsk<WindowedSource>): Promise<Sides> {
  const { source, entry, query } = ask;
  const from = `(SELECT a.* FROM "~asked" a SEMI JOIN ${CHANGED} c ON c."~row" = a."~row")`;
  const [mine, other] = [`~mine${entry}`, `~other${entry}`];
  const first = query.knowledge === 'event' ? 'event' : 'known';
  const second = first === 'event' ? 'known' : 'event';
  const work = { ...workOf(ask), source, from };
  await computeWindows({ ...work, by: { kind: first }, into: mine });
  await computeWindows({ ...work, by: { kind: second }, into: other });
  return { mine: quoteIdentifier(mine), other: quoteIdentifier(other) };
}
