import { join } from 'node:path';
import { PREPARED } from './paths.js';

/** A source that is replayed: the prepared file of its whole year, and the column that says when a row became known. */
export type LiveSource = {
  readonly source: 'schedules' | 'observations' | 'departures' | 'arrivals';
  readonly created: string;
};

export const LIVE_SOURCES: readonly LiveSource[] = [
  { source: 'schedules', created: 'published_ts' },
  { source: 'observations', created: 'created_ts' },
  { source: 'departures', created: 'reported_ts' },
  { source: 'arrivals', created: 'landed_ts' },
];

/** Rows that were known when the replayed week began. */
export function knownFile({ source }: LiveSource): string {
  return join(PREPARED, `known-${source}.parquet`);
}
