import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../../demo/paths.js';
import { parseTimestamp } from '../../../src/definition/time.js';
import type { OrderedRow, Question } from './newest-row.js';
import type { Column, Scalar, SentRow } from './row-text.js';

/** Rows, in the order of their arrival. `order` is their place in it. */
export type TrapRow = OrderedRow & { readonly values: SentRow };

/** A `latest` query; `expected` is the `order` of the row that answers it. */
export type TrapQuery = Question & {
  readonly id: number;
  readonly case: string;
  readonly maxAgeUs: number | null;
  readonly expected: bigint | null;
};

/** The row that is stored for an entity after the first so many rows. */
type TrapState = {
  readonly afterRows: number;
  readonly keys: Question['keys'];
  readonly expected: bigint;
};

export type Traps = {
  readonly rows: readonly TrapRow[];
  readonly queries: readonly TrapQuery[];
  readonly states: readonly TrapState[];
};

/** The columns of the rows as a source has them: `seq` is its order column. */
export const TRAP_COLUMNS: readonly Column[] = [
  { name: 'seq', type: 'INT64' },
  { name: 'event_id', type: 'STRING' },
  { name: 'key', type: 'STRING' },
  { name: 'key2', type: 'STRING' },
  { name: 'ikey', type: 'INT64' },
  { name: 'event_time', type: 'TIMESTAMP' },
  { name: 'created_time', type: 'TIMESTAMP' },
  { name: 'vf', type: 'FLOAT64' },
  { name: 'vi', type: 'INT64' },
  { name: 'vs', type: 'STRING' },
  { name: 'vb', type: 'BOOL' },
];

/** Rows, queries and states with independently computed answers. */
export async function readTraps(): Promise<Traps> {
  const [rows, queries, states] = await Promise.all(
    ['rows', 'latest', 'online'].map((name) => readLines(`traps/${name}.jsonl`)),
  );
  return { rows: rows!.map(rowOf), queries: queries!.map(queryOf), states: states!.map(stateOf) };
}

/** The entities that have a row after the first so many rows, each with the row that is stored. */
export function statesAfter({ states, rows }: Traps, count: number) {
  return states
    .filter(({ afterRows }) => afterRows === count)
    .map(({ keys, expected }) => ({ keys, row: rows[Number(expected) - 1]! }));
}

type Line = Readonly<Record<string, unknown>>;

/** The lines of a file of the test data, parsed. */
export async function readLines(path: string): Promise<readonly Line[]> {
  const lines = (await readFile(join(ROOT, 'test/data', path), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

function rowOf(line: Line): TrapRow {
  const values = Object.fromEntries(TRAP_COLUMNS.map(({ name, type }) => [name, scalarOf(type, line[name])]));
  return {
    values,
    event: values['event_time'] as bigint,
    created: values['created_time'] as bigint,
    order: values['seq'] as bigint,
  };
}

function queryOf(line: Line): TrapQuery {
  return {
    id: line['id'] as number,
    case: line['case'] as string,
    keys: keysOf(line['keys']),
    asOf: scalarOf('TIMESTAMP', line['asOf']) as bigint,
    knowledge: line['knowledge'] as Question['knowledge'],
    maxAgeUs: (line['maxAgeUs'] as number | undefined) ?? null,
    expected: scalarOf('INT64', line['expected']) as bigint | null,
  };
}

function stateOf(line: Line): TrapState {
  return {
    afterRows: line['afterRows'] as number,
    keys: keysOf(line['keys']),
    expected: scalarOf('INT64', line['expected']) as bigint,
  };
}

/** The values of key columns, by name. */
export function keysOf(keys: unknown): Question['keys'] {
  const members = Object.entries(keys as Line).map(([name, value]): [string, Scalar] => {
    return [name, scalarOf(TRAP_COLUMNS.find((column) => column.name === name)!.type, value)];
  });
  return Object.fromEntries(members);
}

function scalarOf(type: Column['type'], value: unknown): Scalar {
  if (value === null) return null;
  switch (type) {
    case 'INT64':
      return BigInt(value as number | string);
    case 'FLOAT64':
      return Number(value);
    case 'TIMESTAMP':
      return parseTimestamp(value as string);
    default:
      return value as boolean | string;
  }
}
