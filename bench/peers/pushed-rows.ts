import { httpRequest } from '../http-load.js';
import type { FeastServer } from './feast.js';
import { ENTITIES, pushedNames } from './online-data.js';

/** Rows that are pushed to one server: each is newer than all before it, and its values tell which it is. */
export class PushedRows {
  private count = 0;
  /** By entity the newest row. */
  private readonly newest = new Map<number, number>();

  /** `beginMs` is when the first row happened, milliseconds since the Unix epoch; each is a millisecond later. */
  constructor(private readonly beginMs: number) {}

  /** Requests of so many rows, made before any of them is sent. */
  requests({ base }: FeastServer, requests: number, rows: number): (i: number) => Buffer {
    const made = Array.from({ length: requests }, () => httpRequest(`${base}/push`, this.body(rows)));
    return (i) => made[i]!;
  }

  /** Compares the newest rows of some entities with what the server answers, cell by cell. */
  async check({ host, port, base }: FeastServer): Promise<{ cells: number; differences: number }> {
    const entities = [...this.newest.keys()].slice(0, CHECKED);
    const response = await fetch(`http://${host}:${port}${base}/get-online-features`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ feature_service: 'pushed_service', entities: { entity: entities } }),
    });
    const { metadata, results } = (await response.json()) as Answer;
    const cells = pushedNames().flatMap((name, column) => {
      const values = results[metadata.feature_names.indexOf(name)]?.values;
      return entities.map((entity, i) => values?.[i] === pushedValue(this.newest.get(entity)!, column));
    });
    return { cells: cells.length, differences: cells.filter((isSame) => !isSame).length };
  }

  private body(rows: number): string {
    const first = this.count;
    this.count += rows;
    const each = <T>(valueAt: (row: number) => T): readonly T[] =>
      Array.from({ length: rows }, (_, i) => valueAt(first + i));
    const entity = each((row) => (row * 7_919) % ENTITIES);
    entity.forEach((one, i) => {
      this.newest.set(one, first + i);
    });
    const event_timestamp = each((row) => new Date(this.beginMs + row).toISOString());
    const columns = pushedNames().map((name, i) => [name, each((row) => pushedValue(row, i))]);
    const df = { entity, event_timestamp, ...Object.fromEntries(columns) };
    return JSON.stringify({ push_source_name: 'pushed', df, to: 'online' });
  }
}

type Answer = {
  readonly metadata: { readonly feature_names: readonly string[] };
  readonly results: readonly { readonly values: readonly unknown[] }[];
};

/** Entities whose cells are compared. */
const CHECKED = 500;

function pushedValue(row: number, column: number): number {
  return row * 10 + column;
}
