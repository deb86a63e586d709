import {
  allocateValues,
  type Column,
  type ColumnBatch,
  type ColumnValues,
} from '../definition/column-batch.js';
import type { Problem } from '../definition/error.js';
import { isJsonObject, type JsonObject } from '../definition/json-columns.js';
import { jsonParser, type ParsedValue } from '../definition/json-value.js';
import type { Value } from '../definition/value.js';
import type { ValueType } from '../definition/value-type.js';
import type { MappedColumn, RowPlan } from './column-mapping.js';
import type { OfferedRows, RefusedRow } from './delivery.js';

/** Deepest nesting of a record that is kept as it came; what writes it again goes down level by level. */
const MAX_RECORD_DEPTH = 32;

/** Problems of one row that are listed. */
const MAX_ROW_PROBLEMS = 100;

/**
 * Collects records one by one: those that parse become rows of a batch, the others are refused with every reason, and none
 * stops another (S4). Room for `capacity` rows is taken at once.
 */
export class RowCollector {
  private readonly columns: readonly ColumnWriter[];
  private readonly members: ReadonlyMap<string, readonly Target[]>;
  private readonly ordinals: number[] = [];
  private readonly refused: RefusedRow[] = [];

  constructor(
    private readonly plan: RowPlan,
    private readonly capacity: number,
  ) {
    this.columns = plan.columns.map(({ type }) => new ColumnWriter(type, capacity));
    this.members = targetsOf(plan.columns);
  }

  /** Whether the room is used up. */
  get isFull(): boolean {
    return this.ordinals.length + this.refused.length >= this.capacity;
  }

  /** Takes what a JSON text held: an object with a member for each column; an absent one is NULL. */
  addJson(ordinal: number, record: unknown): void {
    if (!isJsonObject(record)) {
      this.refuse(ordinal, record, [{ path: '', message: 'is no object of columns' }]);
      return;
    }
    const problems = this.readMembers(record);
    if (problems === null) this.ordinals.push(ordinal);
    else this.refuse(ordinal, this.plan.isPlain ? record : this.shaped(record), problems);
  }

  /** Takes a value of each column of the plan, in its order. */
  addValues(ordinal: number, parsed: readonly ParsedValue[]): void {
    const row = this.ordinals.length;
    parsed.forEach((each, i) => {
      if ('value' in each) this.columns[i]!.set(row, each.value);
    });
    this.ordinals.push(ordinal);
  }

  /** Refuses a record that holds no row at all. */
  refuse(ordinal: number, record: unknown, problems: readonly Problem[]): void {
    for (const column of this.columns) column.clear(this.ordinals.length);
    const shallow = isShallow(record, MAX_RECORD_DEPTH);
    const deep = { path: '', message: `is nested deeper than ${MAX_RECORD_DEPTH} levels` };
    this.refused.push({
      ordinal,
      row: shallow ? record : null,
      problems: (shallow ? problems : [deep, ...problems]).slice(0, MAX_ROW_PROBLEMS),
    });
  }

  finish(): OfferedRows {
    const rowCount = this.ordinals.length;
    const entries = this.plan.columns.map(
      ({ name }, i) => [name, this.columns[i]!.finish(rowCount)] as const,
    );
    const rows: ColumnBatch = { rowCount, columns: new Map(entries) };
    return { rows, ordinals: this.ordinals, refused: this.refused };
  }

  private readMembers(record: JsonObject): Problem[] | null {
    let problems: Problem[] | null = null;
    for (const name in record) {
      const problem = this.readMember(name, record[name]);
      if (problem === null) continue;
      problems ??= [];
      if (problems.length < MAX_ROW_PROBLEMS) problems.push(problem);
    }
    return problems;
  }

  private readMember(name: string, json: unknown): Problem | null {
    const targets = this.members.get(name);
    if (targets === undefined) return this.plan.extra === 'refuse' ? this.unknown(name) : null;
    for (const { column, within } of targets) {
      const writer = this.columns[column]!;
      const parsed = writer.parse(within.length === 0 ? json : memberAt(json, within));
      if ('problem' in parsed) {
        return { path: `/${this.plan.columns[column]!.name}`, message: parsed.problem };
      }
      writer.set(this.ordinals.length, parsed.value);
    }
    return null;
  }

  /** A record as the source's columns would have it, so that it can be replayed without the mapping. */
  private shaped(record: JsonObject): JsonObject {
    const shaped = new Map<string, unknown>();
    for (const { name, from } of this.plan.columns) {
      const json = memberAt(record, from);
      if (json !== null) shaped.set(name, json);
    }
    for (const name of this.plan.extra === 'refuse' ? Object.keys(record) : []) {
      if (!this.members.has(name)) shaped.set(name, record[name]);
    }
    return Object.fromEntries(shaped);
  }

  private unknown(name: string): Problem {
    const names = this.plan.columns.map((column) => column.from[0]!);
    const more = names.length > MAX_LISTED ? `, and ${names.length - MAX_LISTED} more` : '';
    const known = `${names.slice(0, MAX_LISTED).join(', ')}${more}`;
    const path = `/${name.slice(0, MAX_SHOWN_NAME).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return { path, message: `unknown column; the source has ${known}` };
  }
}

/** Columns that a message lists. */
const MAX_LISTED = 50;

/** Longest name of an unknown column in a problem's path. */
const MAX_SHOWN_NAME = 256;

type Target = { readonly column: number; readonly within: readonly string[] };

function targetsOf(columns: readonly MappedColumn[]): ReadonlyMap<string, readonly Target[]> {
  const targets = new Map<string, Target[]>();
  columns.forEach(({ from: [member, ...within] }, column) => {
    targets.set(member!, [...(targets.get(member!) ?? []), { column, within }]);
  });
  return targets;
}

/** What a pointer reaches; nothing is NULL. */
function memberAt(json: unknown, names: readonly string[]): unknown {
  let at = json;
  for (const name of names) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return null;
    if (Array.isArray(at) && name === 'length') return null;
    at = (at as JsonObject)[name];
  }
  return at;
}

function isShallow(json: unknown, depth: number): boolean {
  if (typeof json !== 'object' || json === null || json instanceof Number) return true;
  return depth > 0 && Object.values(json).every((value) => isShallow(value, depth - 1));
}

/** One column of rows whose number is not known yet: every value is NULL until it is set. */
class ColumnWriter {
  private readonly values: ColumnValues;
  private readonly valid: Uint8Array;
  readonly parse: (json: unknown) => ParsedValue;

  constructor(
    private readonly type: ValueType,
    capacity: number,
  ) {
    this.values = allocateValues(type, capacity);
    this.valid = new Uint8Array(capacity);
    this.parse = jsonParser(type);
  }

  set(row: number, value: Value): void {
    if (value === null) return;
    // Every storage takes the JavaScript value of its own type; BOOL alone is stored as 0 and 1.
    (this.values as Value[])[row] = this.type === 'BOOL' ? Number(value) : value;
    this.valid[row] = 1;
  }

  clear(row: number): void {
    this.valid[row] = 0;
  }

  finish(rowCount: number): Column {
    const valid = this.valid.subarray(0, rowCount);
    const whole = !valid.includes(0);
    const values = ArrayBuffer.isView(this.values)
      ? this.values.subarray(0, rowCount)
      : this.values.slice(0, rowCount);
    return { type: this.type, values: values as ColumnValues, valid: whole ? null : valid };
  }
}
