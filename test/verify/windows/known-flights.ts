import type { OracleRow } from '../../support/windows-oracle.js';
import type { SentRow } from '../rows/row-text.js';
import type { Delivery, FlightSource } from './label-deliveries.js';
import type { LabelRows, LabelSet } from './label-specs.js';

/** Before any row: every label is absent. */
const NEVER_US = -(2n ** 63n);

/** The rows that a service has, as the oracle takes them. */
export class KnownFlights {
  private readonly bySource: Record<FlightSource, OracleRow[]> = { departures: [], arrivals: [] };
  private readonly snapshots: Record<FlightSource, bigint> = { departures: NEVER_US, arrivals: NEVER_US };

  /** Deliveries come in the order of their arrival. */
  add({ source, arrivalUs, rows }: Delivery): void {
    const known = this.bySource[source];
    for (const row of rows) known.push(oracleRow(row, BigInt(known.length)));
    this.snapshots[source] = arrivalUs;
  }

  /** The rows of one key that count at the snapshot of now (S17). */
  of({ source, key }: Pick<LabelSet, 'source' | 'key'>, value: string, rule: 'event' | 'known'): LabelRows {
    const snapshotUs = this.snapshots[source];
    const rows = this.bySource[source].filter(
      ({ columns, order }) => columns[key] === value && (rule === 'event' || order.orderTime <= snapshotUs),
    );
    return { rows, snapshotUs };
  }

  /** The instants of the snapshots of now, microseconds; none of a source without rows. */
  get snapshotsUs(): readonly bigint[] {
    return Object.values(this.snapshots).filter((us) => us !== NEVER_US);
  }

  /** The event times of all rows, microseconds. */
  get eventTimes(): readonly bigint[] {
    return Object.values(this.bySource).flatMap((rows) => rows.map(({ order }) => order.eventTime));
  }
}

function oracleRow(row: SentRow, sequence: bigint): OracleRow {
  const { at, reported, flight_id } = row as Readonly<Record<string, bigint>>;
  const order = { eventTime: at!, orderTime: reported!, orderColumn: flight_id!, sequence };
  return { columns: row, tombstone: false, order };
}
