import { isJsonObject, type JsonObject } from '../definition/json-columns.js';
import { exactJson } from './exact-json.js';

/** A value of a document on one line: text as it was written where that is safe to print, lists and objects in short. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return UNSAFE.test(value) ? quoted(value) : value;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (!isJsonObject(value)) return exactJson(value);
  const members = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${members.map(([name, each]) => `${name}: ${valueText(each)}`).join(', ')} }`;
}

/** An item of a list of named things without its name: what it is computed from or its type, then the rest. */
export function itemText(item: JsonObject): string {
  const { name, expression, column, aggregate, type, ...rest } = item;
  const head = expression ?? aggregate ?? column ?? type ?? name;
  const members = Object.entries(rest).filter(([, each]) => each !== undefined);
  return [valueText(head), ...members.map(([member, each]) => `${member} ${valueText(each)}`)].join(', ');
}

/** Nothing, blanks at an end, and control characters, which could drive the terminal. */
const UNSAFE = /^$|^\s|\s$|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function quoted(text: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()].map((at) => escaped(character[at]!)).join(''),
  );
}
