import type { DataSource } from 'typeorm';
import { exactJson } from './exact-json.js';
import { QuarantinedRow } from './tables.js';

/** Rows of one INSERT: bounded, so that a statement stays within what the database takes. */
const INSERTED_AT_ONCE = 1_000;

/** Characters of a kept row: a longer one is cut, and can only be replayed corrected. */
const MAX_ROW_CHARS = 64 * 1024;

/** Kinds of problems that are counted apart; more are left out, rarest first. */
const MAX_KINDS = 200;

export type QuarantineState = QuarantinedRow['state'];

export const QUARANTINE_STATES = [
  'waiting',
  'replayed',
  'discarded',
] as const satisfies readonly QuarantineState[];

/** Rows of one delivery that were refused. */
export type QuarantinedDelivery = {
  readonly project: string;
  readonly source: string;
  readonly delivery: string;
  readonly rows: readonly {
    readonly ordinal: number;
    readonly row: unknown;
    readonly problems: readonly object[];
  }[];
};

/** Whose rows. */
export type QuarantineScope = { readonly project: string; readonly source: string };

export type QuarantinePage = {
  readonly state?: QuarantineState | undefined;
  readonly limit: number;
  /** Rows behind this one; ids rise in the order in which rows came. */
  readonly after?: number | undefined;
};

export type QuarantineCounts = {
  readonly states: Readonly<Record<QuarantineState, number>>;
  /** Of rows that wait, most frequent first: how many have a problem of this kind at this path. */
  readonly problems: readonly { readonly path: string; readonly kind: string; readonly count: number }[];
};

/** Refused rows in the registry database. */
export class QuarantinedRows {
  constructor(private readonly database: DataSource) {}

  /** Keeps rows durably; rows of the same delivery and ordinal are there once (S11). */
  async add({ project, source, delivery, rows }: QuarantinedDelivery): Promise<void> {
    for (let start = 0; start < rows.length; start += INSERTED_AT_ONCE) {
      const part = rows.slice(start, start + INSERTED_AT_ONCE).map(boundedRow);
      await this.database.query(
        `INSERT INTO quarantined_row (project, source, delivery, ordinal, row, problems)
         SELECT $1, $2, $3, told.ordinal, told.row, told.problems
         FROM unnest($4::text[], $5::text[], $6::text[]) AS told (ordinal, row, problems)
         ON CONFLICT DO NOTHING`,
        [
          project,
          source,
          delivery,
          part.map(({ ordinal }) => String(ordinal)),
          part.map(({ text }) => text),
          part.map(({ problems }) => exactJson(problems)),
        ],
      );
    }
  }

  /** In the order in which they came. */
  list({ project, source }: QuarantineScope, page: QuarantinePage): Promise<readonly QuarantinedRow[]> {
    const rows = this.rows()
      .createQueryBuilder('kept')
      .where({ project, source, ...(page.state !== undefined && { state: page.state }) })
      .orderBy('kept.id')
      .limit(page.limit);
    if (page.after !== undefined) rows.andWhere('kept.id > :after', { after: page.after });
    return rows.getMany();
  }

  /** Null where the source has no such row. */
  get({ project, source }: QuarantineScope, id: number): Promise<QuarantinedRow | null> {
    return this.rows().findOneBy({ project, source, id });
  }

  async counts({ project, source }: QuarantineScope): Promise<QuarantineCounts> {
    const states: readonly { readonly state: QuarantineState; readonly count: string }[] =
      await this.database.query(
        'SELECT state, count(*) AS count FROM quarantined_row WHERE project = $1 AND source = $2 GROUP BY state',
        [project, source],
      );
    const found = new Map(states.map(({ state, count }) => [state, Number(count)]));
    const kinds: readonly { readonly path: string; readonly kind: string; readonly count: string }[] =
      await this.database.query(COUNT_KINDS, [project, source, MAX_KINDS]);
    return {
      states: {
        waiting: found.get('waiting') ?? 0,
        replayed: found.get('replayed') ?? 0,
        discarded: found.get('discarded') ?? 0,
      },
      problems: kinds.map(({ path, kind, count }) => ({
        path: unescaped(path),
        kind: unescaped(kind),
        count: Number(count),
      })),
    };
  }

  /** Notes that a row is in the log, or wherever else it belongs: `sequence` is null for a held or repeated one. */
  async noteReplayed(id: number, sequence: bigint | null): Promise<void> {
    await this.rows().update(
      { id },
      { state: 'replayed', sequence: sequence === null ? null : String(sequence) },
    );
  }

  /** Keeps a row as it was tried last, with what was wrong with it then; it goes on waiting. */
  async noteRefused(id: number, row: unknown, problems: readonly object[]): Promise<void> {
    const { text, problems: bounded } = boundedRow({ ordinal: 0, row, problems });
    await this.database.query(
      `UPDATE quarantined_row SET row = $2, problems = $3 WHERE id = $1 AND state = 'waiting'`,
      [id, text, exactJson(bounded)],
    );
  }

  /** Puts a waiting row aside for ever; false when it does not wait. */
  async discard(id: number): Promise<boolean> {
    const { affected } = await this.rows().update({ id, state: 'waiting' }, { state: 'discarded' });
    return affected === 1;
  }

  private rows() {
    return this.database.getRepository(QuarantinedRow);
  }
}

/**
 * Problems are counted by their path and the words of their message that say what is wrong: in front of them may stand the
 * value that was refused, behind them what to do. {@link exactJson} writes `path` and `message` first.
 */
const COUNT_KINDS = `
  SELECT told[1] AS path, regexp_replace(regexp_replace(told[2], '^.*? (is no |is later )', '\\1'), '[;,].*$', '') AS kind,
    count(*) AS count
  FROM quarantined_row,
    regexp_matches(problems, '\\{"path":"((?:[^"\\\\]|\\\\.)*)","message":"((?:[^"\\\\]|\\\\.)*)"', 'g') AS told
  WHERE project = $1 AND source = $2 AND state = 'waiting'
  GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $3`;

/** The text of a part of a JSON string. */
function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text;
  }
}

function boundedRow({ ordinal, row, problems }: QuarantinedDelivery['rows'][number]) {
  const text = exactJson(row);
  if (text.length <= MAX_ROW_CHARS) return { ordinal, text, problems };
  const path = '';
  const message = `the row has ${text.length} characters, of which the first ${MAX_ROW_CHARS} are kept; send it whole to replay it`;
  const cut = JSON.stringify(`${text.slice(0, MAX_ROW_CHARS).toWellFormed()}…`);
  return { ordinal, text: cut, problems: [...problems, { path, message }] };
}
