/** Longest place, in names: nesting deeper than this is nobody's table. */
const MAX_PLACE_NAMES = 16;

/** The names on the way to a place in a record: a column or member, or a JSON pointer such as `/a/b/0`. */
export function placeOf(from: string): readonly string[] {
  if (!from.startsWith('/')) return [from];
  return from
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What is wrong with a place as a caller wrote it; null where nothing is. */
export function placeProblem(from: unknown): string | null {
  if (typeof from !== 'string' || from === '' || from === '/')
    return 'write the name of a column, or a JSON pointer such as /a/b';
  if (/~(?![01])/.test(from) && from.startsWith('/')) return `"${from}" is no JSON pointer; write ~ as ~0`;
  return placeOf(from).length > MAX_PLACE_NAMES
    ? `"${from}" is nested too deep; ${MAX_PLACE_NAMES} names at most`
    : null;
}
