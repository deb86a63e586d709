import type { ModelInput } from '../compile/model.js';
import { type Column, ColumnBuilder } from '../definition/column-batch.js';
import { PlumblineError } from '../definition/error.js';
import { parseJsonValue } from '../definition/json-value.js';
import type { ScalarType, ValueType } from '../definition/value-type.js';

/** A tensor of the Open Inference Protocol v2 in JSON; data row-major, flat or nested. */
export type Tensor = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly unknown[];
};

/** The datatypes that inputs have; STRING as plain JSON strings, the rest of BYTES as JSON rows write them (S4). */
const DATATYPES: Record<ScalarType, string> = {
  BOOL: 'BOOL',
  INT64: 'INT64',
  FLOAT64: 'FP64',
  STRING: 'BYTES',
  BYTES: 'BYTES',
  TIMESTAMP: 'BYTES',
  DATE: 'BYTES',
};

/** The protocol's datatype of a model input. */
export function datatypeOf(type: ValueType): string {
  return DATATYPES[type as ScalarType];
}

/** Rows of one request: one lookup and one prediction answer them all. */
const MAX_ROWS = 10_000;

/** An input tensor as a column of the model input's type. Throws INVALID_REQUEST with the path of what is wrong. */
export function columnOfTensor(tensor: unknown, path: string, input: ModelInput): Column {
  const { shape, datatype, data } = requireMembers(tensor, path);
  if (datatype !== datatypeOf(input.type)) {
    const wanted = datatypeOf(input.type);
    throw refusal(
      `${path}/datatype`,
      `"${input.name}" is ${input.type}: send ${wanted}, not ${String(datatype)}`,
    );
  }
  const rows = requireShape(shape, `${path}/shape`);
  const values = requireData(data, rows, { path: `${path}/data`, isMatrix: isMatrix(shape) });
  const builder = new ColumnBuilder(input.type, rows);
  values.forEach((json, row) => {
    const parsed = parseJsonValue(input.type, json);
    if ('problem' in parsed) throw refusal(`${path}/data/${row}`, parsed.problem);
    builder.set(row, parsed.value);
  });
  return builder.finish();
}

/** The name of an input tensor. */
export function tensorName(tensor: unknown, path: string): string {
  if (isRecord(tensor) && typeof tensor.name === 'string') return tensor.name;
  throw refusal(`${path}/name`, 'is missing; name the input');
}

/** INVALID_REQUEST at a place of the body. */
export function refusal(path: string, message: string): PlumblineError {
  const where = path === '' ? '' : `${path}: `;
  return new PlumblineError('INVALID_REQUEST', `${where}${message}`, { path });
}

/** A JSON object; `name` is the member that the protocol's objects share. */
export type JsonObject = { readonly name?: unknown; readonly [member: string]: unknown };

export function isRecord(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Throws INVALID_REQUEST for a member of `record` that is not in `known`. */
export function requireKnownMembers(record: JsonObject, known: readonly string[], path: string): void {
  const unknown = Object.keys(record).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw refusal(`${path}/${unknown}`, `is no known member; known are ${known.join(', ')}`);
}

const TENSOR_MEMBERS = ['name', 'shape', 'datatype', 'parameters', 'data'];

function requireMembers(tensor: unknown, path: string): JsonObject {
  if (!isRecord(tensor)) throw refusal(path, 'is no tensor object');
  requireKnownMembers(tensor, TENSOR_MEMBERS, path);
  return tensor;
}

function requireShape(shape: unknown, path: string): number {
  const sides: readonly unknown[] = Array.isArray(shape) ? shape : [];
  const [rows] = sides;
  const fits = sides.length === 1 || (sides.length === 2 && sides[1] === 1);
  if (fits && Number.isInteger(rows) && Number(rows) >= 1) {
    if (Number(rows) <= MAX_ROWS) return Number(rows);
    throw new PlumblineError(
      'TOO_LARGE',
      `${path}: ${Number(rows)} rows, at most ${MAX_ROWS} go into one request`,
    );
  }
  throw refusal(path, 'must be [n] or [n, 1] with n at least 1');
}

function isMatrix(shape: unknown): boolean {
  return Array.isArray(shape) && shape.length === 2;
}

function requireData(
  data: unknown,
  rows: number,
  { path, isMatrix }: { readonly path: string; readonly isMatrix: boolean },
): readonly unknown[] {
  if (!Array.isArray(data)) throw refusal(path, 'must be an array');
  if (data.length !== rows) throw refusal(path, `has ${data.length} elements, the shape says ${rows}`);
  return data.map((element: unknown, row) => {
    if (!Array.isArray(element)) return element;
    if (isMatrix && element.length === 1) return element[0] as unknown;
    throw refusal(`${path}/${row}`, 'is nested otherwise than the shape says');
  });
}
