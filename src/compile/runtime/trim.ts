import { isLowSurrogate } from './text.js';

/** White space that TRIM removes by itself: the Unicode property White_Space, as in ICU's u_isUWhiteSpace. */
export const WHITE_SPACE =
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

/** Removes code points of `set` from both ends. */
export function trim(text: string, set: string): string {
  return trimEnd(trimStart(text, set), set);
}

/** Removes code points of `set` from the start. */
export function trimStart(text: string, set: string): string {
  const members = membersOf(set);
  let at = 0;
  while (at < text.length) {
    const size = isLowSurrogate(text.charCodeAt(at + 1)) ? 2 : 1;
    if (!isMember(text.slice(at, at + size), set, members)) break;
    at += size;
  }
  return at === 0 ? text : text.slice(at);
}

/** Removes code points of `set` from the end. */
export function trimEnd(text: string, set: string): string {
  const members = membersOf(set);
  let end = text.length;
  while (end > 0) {
    const size = isLowSurrogate(text.charCodeAt(end - 1)) ? 2 : 1;
    if (!isMember(text.slice(end - size, end), set, members)) break;
    end -= size;
  }
  return end === text.length ? text : text.slice(0, end);
}

/** Members of a long set are looked up by hash, so that the time stays linear; null for a short one, where a look is faster. */
export function membersOf(set: string): ReadonlySet<string> | null {
  return set.length <= LOOKED_THROUGH ? null : new Set(set);
}

/** Whether a code point is one of a set. */
export function isMember(point: string, set: string, members: ReadonlySet<string> | null): boolean {
  return members === null ? set.includes(point) : members.has(point);
}

/** Code units; all of {@link WHITE_SPACE}, and of INITCAP's delimiters. */
const LOOKED_THROUGH = 64;
