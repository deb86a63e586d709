import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { DuckDBInstance } from '@duckdb/node-api';
import type { Body, ProjectApi, Sent } from './project-api.js';
import { arrow } from './row-arrow.js';
import { writeParquet } from './row-parquet.js';
import { type Column, csv, jsonBody, jsonRow, ndjson, type SentRow } from './row-text.js';

export const PUSH_DOORS = ['json', 'keyed', 'ndjson', 'arrow', 'corrected'] as const;
export const FILE_DOORS = [
  'rows.parquet',
  'rows.csv',
  'rows.ndjson',
  'rows.arrow',
  'rows.csv.gz',
  'rows.ndjson.zst',
] as const;
type PushDoor = (typeof PUSH_DOORS)[number];
export type FileDoor = (typeof FILE_DOORS)[number];
export type Door = PushDoor | FileDoor;

/** Media types of pushed rows. */
export const PUSH_TYPE = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  arrow: 'application/vnd.apache.arrow.stream',
} as const;

/** What a push or a load tells of its rows. */
export type Receipt = {
  readonly accepted: number;
  readonly firstSequence: number | null;
  readonly lastSequence: number | null;
  readonly quarantined: number;
  readonly held: number;
  readonly duplicates: number;
};

/** Where the files of a check lie, and what writes them. */
export type Workshop = { readonly folder: string; readonly duckdb: DuckDBInstance };

/** One source of a project, reached through every door; `name` makes keys and files of a delivery its own. */
export class SourceDoors {
  constructor(
    private readonly api: ProjectApi,
    private readonly source: string,
    private readonly columns: readonly Column[],
    private readonly workshop: Workshop,
  ) {}

  /** Sends rows and waits until they are visible. Throws when not all of them were taken. */
  async send(door: Door, rows: readonly SentRow[], name: string): Promise<void> {
    const taken = await this.taken(door, rows, name);
    if (taken !== rows.length) throw new Error(`${door} took ${taken} of ${rows.length} rows`);
  }

  private async taken(door: Door, rows: readonly SentRow[], name: string): Promise<number> {
    switch (door) {
      case 'json':
      case 'ndjson':
      case 'arrow':
        return (await this.push(pushOf(door, this.columns, rows))).accepted;
      case 'keyed':
        return this.keyed(rows, name);
      case 'corrected':
        return this.corrected(rows, name);
      default:
        return this.load(door, rows, name);
    }
  }

  private async push(sent: Sent, query = ''): Promise<Receipt> {
    const { bytes } = await this.api.send('POST', `sources/${this.source}/rows${query}`, sent);
    return JSON.parse(bytes.toString()) as Receipt;
  }

  /** The same request three times, two of them at once: one delivery, one answer. */
  private async keyed(rows: readonly SentRow[], name: string): Promise<number> {
    const sent = { ...pushOf('json', this.columns, rows), headers: { 'idempotency-key': name } };
    const answers = await Promise.all([this.push(sent), this.push(sent)]);
    answers.push(await this.push(sent));
    const texts = new Set(answers.map((answer) => JSON.stringify(answer)));
    if (texts.size !== 1) throw new Error(`key ${name} was answered differently: ${[...texts].join(', ')}`);
    return answers[0]!.accepted;
  }

  /** The last row comes with a column too many, is quarantined, and replayed without it. */
  private async corrected(rows: readonly SentRow[], name: string): Promise<number> {
    const texts = rows.map((row) => jsonRow(this.columns, row));
    const last = texts.pop()!;
    const wrong = `${last.slice(0, -1)},"surplus":${JSON.stringify(name)}}`;
    const body = `{"rows":[${[...texts, wrong].join(',')}]}`;
    const { accepted, quarantined } = await this.push({ body }, '?invalid=quarantine');
    if (quarantined !== 1) throw new Error(`${quarantined} rows were quarantined, not 1`);
    await this.replay(name, last);
    return accepted + 1;
  }

  private async replay(name: string, row: string): Promise<void> {
    for (let after = 0; ; ) {
      const { items, next } = await this.api.get<QuarantinePage>(
        `sources/${this.source}/quarantine?state=waiting&limit=1000&after=${after}`,
      );
      const found = items.find((item) => item.row['surplus'] === name);
      if (found !== undefined) {
        await this.api.post(`sources/${this.source}/quarantine/${found.id}/replay`, `{"row":${row}}`);
        return;
      }
      if (next === null) throw new Error(`the row of ${name} is not in quarantine`);
      after = next;
    }
  }

  private async load(door: FileDoor, rows: readonly SentRow[], name: string): Promise<number> {
    const path = join(this.workshop.folder, `${name}.${door}`);
    await writeRows(this.workshop.duckdb, { columns: this.columns, rows, path });
    const { result } = await this.api.runJob(`sources/${this.source}/loads`, { path });
    return result!['rows'] as number;
  }
}

type QuarantinePage = {
  readonly items: readonly { readonly id: number; readonly row: Readonly<Record<string, unknown>> }[];
  readonly next: number | null;
};

/** The body of a push. */
export function pushOf(
  format: keyof typeof PUSH_TYPE,
  columns: readonly Column[],
  rows: readonly SentRow[],
): { readonly type: string; readonly body: Body } {
  const write = { json: jsonBody, ndjson, arrow } as const;
  return { type: PUSH_TYPE[format], body: write[format](columns, rows) };
}

/** Writes rows as a file of the kind that its name tells. */
export async function writeRows(
  duckdb: DuckDBInstance,
  {
    columns,
    rows,
    path,
  }: { readonly columns: readonly Column[]; readonly rows: readonly SentRow[]; readonly path: string },
): Promise<void> {
  if (path.endsWith('.parquet')) return writeParquet(duckdb, columns, rows, path);
  if (path.endsWith('.arrow')) return writeFile(path, arrow(columns, rows));
  const text = path.includes('.csv') ? csv(columns, rows) : ndjson(columns, rows);
  const pack = path.endsWith('.gz') ? gzipSync : path.endsWith('.zst') ? zstdCompressSync : null;
  return writeFile(path, pack === null ? text : pack(text));
}
