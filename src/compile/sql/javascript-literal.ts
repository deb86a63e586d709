import { PlumblineError } from '../../definition/error.js';

/**
 * JavaScript text that evaluates to a constant of generated code: what a kernel is handed beside its code, written out.
 * Nothing of a text is left as it is but letters, digits and harmless signs, so it cannot end the literal it stands in.
 */
export function javascriptLiteral(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return value < 0n ? `(${value}n)` : `${value}n`;
    case 'number':
      return value < 0 || Object.is(value, -0) ? `(-${javascriptLiteral(-value)})` : String(value);
    case 'string':
      return textLiteral(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectLiteral(value);
    default:
      throw new PlumblineError('INTERNAL', `a constant of a kernel is a ${typeof value}, which is no data`);
  }
}

function objectLiteral(value: object): string {
  if (Array.isArray(value)) return `[${value.map(javascriptLiteral).join(', ')}]`;
  if (value instanceof Set) return `new Set([${[...value].map(javascriptLiteral).join(', ')}])`;
  if (value instanceof Map) return `new Map(${javascriptLiteral([...value])})`;
  if (value instanceof RegExp) return `new RegExp(${textLiteral(value.source)}, "${value.flags}")`;
  const name = value.constructor?.name ?? 'Object';
  if (ArrayBuffer.isView(value) && Symbol.iterator in value)
    return `new ${name}(${javascriptLiteral([...(value as unknown as Iterable<unknown>)])})`;
  if (name !== 'Object')
    throw new PlumblineError(
      'INTERNAL',
      `a constant of a kernel is a ${name}, which cannot be written as text`,
    );
  const members = Object.entries(value).map(
    ([key, member]) => `${textLiteral(key)}: ${javascriptLiteral(member)}`,
  );
  return `{ ${members.join(', ')} }`;
}

function textLiteral(text: string): string {
  return `"${text.replace(/[^\w .,:;!?+*/<>=()[\]{}|&^%#@~-]/g, escapeUnit)}"`;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
