import { type Column, ColumnBuilder } from './column-batch.js';
import type { Problem } from './error.js';
import { jsonParser } from './json-value.js';
import type { ValueType } from './value-type.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value of a JSON text is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Members of JSON objects as columns, by declared type, nothing coerced (S4); an absent member is NULL, and so is what is
 * no object. A value that is not of its type becomes a problem at `<place>/<index>/<name>`.
 */
export function columnsOfJson(
  columns: readonly { readonly name: string; readonly type: ValueType }[],
  objects: readonly unknown[],
  place: string,
  problems: Problem[],
): ReadonlyMap<string, Column> {
  const read = new Map<string, Column>();
  for (const { name, type } of columns) {
    const builder = new ColumnBuilder(type, objects.length);
    const parse = jsonParser(type);
    for (let i = 0; i < objects.length; i++) {
      const parsed = parse(memberOf(objects[i], name));
      if ('value' in parsed) builder.set(i, parsed.value);
      else problems.push({ path: `${place}/${i}/${name}`, message: parsed.problem });
    }
    read.set(name, builder.finish());
  }
  return read;
}

function memberOf(object: unknown, name: string): unknown {
  return isJsonObject(object) && Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}
