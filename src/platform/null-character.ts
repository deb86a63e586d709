import { PlumblineError } from '../definition/error.js';
import { pointerToken } from './json-pointer.js';

/**
 * Refuses texts among the members of a request with U+0000, which PostgreSQL stores in none and compares with none: without
 * this a name with one would be a defect of the service in place of nobody's name. Throws INVALID_REQUEST.
 */
export function requireNoNullCharacter(members: unknown): void {
  const object = Object(members) as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (typeof value !== 'string' || !value.includes('\0') || isProse(members, name)) continue;
    const message = `${pointerToken(name)}: holds the character U+0000, which no name has`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: pointerToken(name) });
  }
}

/** Marks a text member of a body that people read and nothing is looked up by: it may hold every character. */
export function Prose(): PropertyDecorator {
  return (prototype, name) => {
    const known = PROSE.get(prototype) ?? new Set();
    PROSE.set(prototype, known.add(name));
  };
}

const PROSE = new WeakMap<object, Set<string | symbol>>();

function isProse(members: unknown, name: string): boolean {
  return PROSE.get(Object.getPrototypeOf(members))?.has(name) ?? false;
}
