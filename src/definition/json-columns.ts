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
  return new Map(
    columns.map(({ name, type }) => {
      const builder = new ColumnBuilder(type, objects.length);
      const parse = jsonParser(type);
      objects.forEach((object, i) => {
        const parsed = parse(memberOf(object, name));
        if ('value' in parsed) builder.set(i, parsed.value);
        else problems.push({ path: `${place}/${i}/${name}`, message: parsed.problem });
      });
      return [name, builder.finish()] as const;
    }),
  );
}

function memberOf(object: unknown, name: string): unknown {
  return isJsonObject(object) && Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}
