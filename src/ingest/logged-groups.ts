import type { LoggedRows } from './log.js';

/** Rows of one group: a transaction for each of a million single rows would take an hour. */
const GROUP_ROWS = 16_384;

/** Entries of a log in groups, in order; no group is empty. */
export async function* loggedGroups(
  entries: AsyncIterable<LoggedRows>,
): AsyncIterable<readonly LoggedRows[]> {
  let group: LoggedRows[] = [];
  let rows = 0;
  for await (const logged of entries) {
    group.push(logged);
    rows += logged.rows.rowCount;
    if (rows < GROUP_ROWS) continue;
    yield group;
    [group, rows] = [[], 0];
  }
  if (group.length > 0) yield group;
}

/** Entries of a group that a view does not have yet. */
export function beyond(group: readonly LoggedRows[], through: bigint): readonly LoggedRows[] {
  return group.filter(({ firstSequence }) => firstSequence > through);
}
