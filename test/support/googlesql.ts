import { formatDate, parseDate } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';
import { requireCounterpart } from '../counterparts/counterpart.js';
import { ANALYSER, analyserCommand } from '../counterparts/googlesql-analyser.js';
import { EVALUATOR, evaluatorCommand } from '../counterparts/googlesql-evaluator.js';
import { LineProtocol } from './line-protocol.js';

/** A table of a request: its columns in order, and its rows as {@link jsonOfValue} writes values. */
export type GoogleSqlTable = {
  readonly columns: readonly (readonly [name: string, type: ValueType])[];
  readonly rows: readonly (readonly unknown[])[];
};

export type GoogleSqlTables = Readonly<Record<string, GoogleSqlTable>>;

/** The program's refusal of a statement, or its failure while running. */
export type GoogleSqlError = { readonly error: string; readonly code: string };

/** Columns by name and type, and rows; {@link valueOfJson} reads the cells. */
export type GoogleSqlResult = {
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly rows: readonly (readonly unknown[])[];
};

/** GoogleSQL's reference implementation over tables in memory: the judge of what a query gives. */
export class GoogleSqlEvaluator {
  private readonly program: LineProtocol;

  constructor() {
    requireCounterpart(EVALUATOR);
    this.program = new LineProtocol({
      name: EVALUATOR.name,
      command: evaluatorCommand(),
      deadlineMs: DEADLINE_MS,
    });
  }

  query(sql: string, tables: GoogleSqlTables = {}): Promise<GoogleSqlResult | GoogleSqlError> {
    return this.program.ask({ tables, sql }) as Promise<GoogleSqlResult | GoogleSqlError>;
  }

  close(): Promise<void> {
    return this.program.close();
  }
}

/** What the analyser says of a statement that it takes: its kind, and a query's output columns. */
export type GoogleSqlAnalysis = {
  readonly kind: string;
  readonly columns?: readonly (readonly [name: string, type: string])[];
};

/** A statement with what it needs: tables and the CREATE FUNCTION statements before it. */
export type GoogleSqlStatement = {
  readonly sql: string;
  /** Types may be a STRUCT of one field here. */
  readonly tables?: Readonly<Record<string, { readonly columns: readonly (readonly [string, string])[] }>>;
  readonly functions?: readonly string[];
};

/** GoogleSQL's analyser: whether BigQuery takes a statement. */
export class GoogleSqlAnalyser {
  private readonly program: LineProtocol;

  constructor() {
    requireCounterpart(ANALYSER);
    this.program = new LineProtocol({
      name: ANALYSER.name,
      command: analyserCommand(),
      deadlineMs: DEADLINE_MS,
    });
  }

  analyse(statement: GoogleSqlStatement): Promise<GoogleSqlAnalysis | GoogleSqlError> {
    return this.program.ask(statement) as Promise<GoogleSqlAnalysis | GoogleSqlError>;
  }

  close(): Promise<void> {
    return this.program.close();
  }
}

/** A value as the programs read it. */
export function jsonOfValue(type: ValueType, value: Value): unknown {
  if (value === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) return (value as readonly Value[]).map((item) => jsonOfValue(element, item));
  return WRITERS[type as ScalarType](value);
}

/** A value as the evaluator wrote it; NaN and the infinities stay what they are. */
export function valueOfJson(type: ValueType, json: unknown): Value {
  if (json === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) return (json as readonly unknown[]).map((item) => valueOfJson(element, item));
  return READERS[type as ScalarType](json);
}

const WRITERS: Record<ScalarType, (value: Value) => unknown> = {
  BOOL: (value) => value,
  INT64: String,
  FLOAT64: (value) => (Object.is(value, -0) ? '-0' : value),
  STRING: (value) => value,
  BYTES: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  TIMESTAMP: String,
  DATE: (value) => formatDate(value as number),
};

const READERS: Record<ScalarType, (json: unknown) => Value> = {
  BOOL: (json) => json as boolean,
  INT64: (json) => BigInt(json as string),
  FLOAT64: Number,
  STRING: (json) => json as string,
  BYTES: (json) => new Uint8Array(Buffer.from(json as string, 'base64')),
  TIMESTAMP: (json) => BigInt(json as string),
  DATE: (json) => parseDate(json as string),
};

/** The slowest query of a test takes a second. */
const DEADLINE_MS = 60_000;
