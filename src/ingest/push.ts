import { createHash, randomUUID } from 'node:crypto';
import type { SourceDocument } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { stringifyJson } from '../definition/json-value.js';
import { type JsonColumns, offeredOfColumns, rowCountOf } from './column-rows.js';
import type { Acknowledgement, Delivery, InvalidPolicy, OfferedRows, Receipt } from './delivery.js';
import type { Intake } from './intake.js';
import type { Pipelines } from './pipelines.js';
import { offeredOfArrow, offeredOfJson, offeredOfNdjson } from './row-parser.js';

/** Most rows of one push. */
const MAX_PUSH_ROWS = 100_000;

/** Longest idempotency key. */
const MAX_KEY_LENGTH = 255;

/** Rows as a caller sent them. */
export type PushedRows =
  | { readonly format: 'json'; readonly rows: readonly unknown[] }
  | { readonly format: 'columns'; readonly columns: JsonColumns }
  | { readonly format: 'ndjson' | 'arrow'; readonly bytes: Buffer };

export type PushRequest = {
  readonly project: string;
  readonly source: string;
  readonly rows: PushedRows;
  /** Makes the same request once more the same delivery (S11). */
  readonly idempotencyKey?: string | undefined;
  readonly ack?: Acknowledgement | undefined;
  readonly invalid?: InvalidPolicy | undefined;
};

/** Rows over HTTP. */
export class Push {
  constructor(private readonly parts: { readonly pipelines: Pipelines; readonly intake: Intake }) {}

  /** Throws what {@link Intake.take} throws, and INVALID_REQUEST for no rows, too many, or too long a key. */
  async push({ project, source, rows, idempotencyKey, ack, invalid }: PushRequest): Promise<Receipt> {
    const { definitions } = this.parts.pipelines.of(project, source);
    if (rows.format === 'json') requireCount(rows.rows.length);
    if (rows.format === 'columns') requireCount(rowCountOf(rows.columns));
    const offered = offeredOf(definitions.source, rows);
    requireCount(offered.rows.rowCount + offered.refused.length);
    return this.parts.intake.take({
      project,
      source,
      offered,
      delivery: deliveryOf(rows, idempotencyKey),
      invalid: invalid ?? 'refuse',
      ack: ack ?? 'visible',
      place: (ordinal) => `/rows/${ordinal}`,
    });
  }
}

export const PUSH = Symbol('Push');

function requireCount(count: number): void {
  if (count > 0 && count <= MAX_PUSH_ROWS) return;
  throw new PlumblineError('INVALID_REQUEST', `send 1 to ${MAX_PUSH_ROWS} rows, not ${count}`, {
    path: '/rows',
  });
}

function offeredOf(source: SourceDocument, rows: PushedRows): OfferedRows {
  switch (rows.format) {
    case 'json':
      return offeredOfJson(source, rows.rows);
    case 'columns':
      return offeredOfColumns(source, rows.columns);
    case 'ndjson':
      return offeredOfNdjson(source, rows.bytes);
    case 'arrow':
      return offeredOfArrow(source, rows.bytes);
  }
}

function deliveryOf(rows: PushedRows, key: string | undefined): Delivery {
  if (key === undefined) return { kind: 'push', id: randomUUID() };
  if (key === '' || key.length > MAX_KEY_LENGTH) {
    const message = `an idempotency key has 1 to ${MAX_KEY_LENGTH} characters, not ${key.length}`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: 'Idempotency-Key' });
  }
  return { kind: 'keyed', key, bodyHash: bodyHash(rows) };
}

/** Of what the body says; JSON may be spaced otherwise. */
function bodyHash(rows: PushedRows): string {
  return createHash('sha256').update(rows.format).update(contentOf(rows)).digest('base64url');
}

function contentOf(rows: PushedRows): string | Buffer {
  switch (rows.format) {
    case 'json':
      return stringifyJson(rows.rows);
    case 'columns':
      return stringifyJson([...rows.columns]);
    default:
      return rows.bytes;
  }
}
