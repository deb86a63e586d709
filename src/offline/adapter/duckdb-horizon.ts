import type { DuckDBConnection } from '@duckdb/node-api';
import type { EntrySource } from '../../compile/sql/point-in-time.js';
import type { WindowedFeature } from '../../compile/windowed-feature-set.js';
import { PlumblineError } from '../../definition/error.js';
import { formatTimestamp } from '../../definition/time.js';
import { spanOf } from '../../definition/window.js';
import { rowsOf } from './duckdb-session.js';
import { type Horizon, horizonOf } from './duckdb-state.js';

/**
 * Throws HISTORY_EXPIRED where a T or snapshot lies before what retention left, or a window reaches behind it. What is asked is in `"~asked"`.
 */
export async function requireKept(
  connection: DuckDBConnection,
  sources: readonly EntrySource[],
): Promise<void> {
  const [first] = await rowsOf(connection, 'SELECT epoch_us(min("~t")) FROM "~asked"');
  const firstUs = first![0] === null ? null : BigInt(first![0] as bigint | number);
  for (const source of sources) {
    const kept = await horizonOf(connection, source.table);
    if (kept === null) continue;
    if (firstUs !== null) requireTimes(source, firstUs, kept);
    requireSnapshot(source, kept);
  }
}

function requireTimes(source: EntrySource, firstUs: bigint, { horizonUs }: Horizon): void {
  const { name } = source.entry.featureSet.source;
  if (firstUs < horizonUs) {
    const horizon = formatTimestamp(horizonUs);
    const message = `history of source "${name}" begins at ${horizon} (historyRetention); ask for times from then on`;
    throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'time', horizon });
  }
  if (source.kind === 'latest') return;
  for (const feature of source.entry.features) requireSpan(feature, firstUs, horizonUs, name);
}

function requireSnapshot({ entry, snapshot }: EntrySource, { horizonUs, floor }: Horizon): void {
  if (snapshot >= floor) return;
  const { name } = entry.featureSet.source;
  const horizon = formatTimestamp(horizonUs);
  const message = `snapshot ${snapshot} of source "${name}" is older than the removal of rows from before ${horizon}; use ${floor} or later`;
  throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'snapshot', horizon });
}

/** All rows from the horizon on are there, of earlier ones only what is the newest of its key. */
function requireSpan(
  { name, window }: WindowedFeature,
  firstUs: bigint,
  horizonUs: bigint,
  source: string,
): void {
  const { afterUs } = spanOf(window, firstUs);
  if (afterUs !== null && afterUs >= horizonUs - 1n) return;
  const horizon = formatTimestamp(horizonUs);
  const reach = afterUs === null ? 'over all of it' : `back to ${formatTimestamp(afterUs)}`;
  const message = `history of source "${source}" begins at ${horizon} (historyRetention), and the window of "${name}" as of ${formatTimestamp(firstUs)} reaches ${reach}; ask for later times, or raise historyRetention`;
  throw new PlumblineError('HISTORY_EXPIRED', message, { path: 'time', horizon });
}
