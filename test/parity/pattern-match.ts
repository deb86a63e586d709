import type { PatternTree } from './pattern-tree.js';

/** Where a match and its groups begin and end, in code points; undefined for a group that took no part. */
export type Found = readonly (readonly [start: number, end: number] | undefined)[];

/**
 * The match that a search from a place on finds first that tries everything in order. As in RE2 no place of the expression is
 * entered twice without a code point in between: what it leads to is being tried already.
 */
export function findPattern(tree: PatternTree, text: readonly number[], from: number): Found | null {
  for (let start = from; start <= text.length; start++) {
    const found = match(tree, { text, at: start, groups: [], entered: [] }, (end) => end);
    if (found !== null) return [[start, found.at], ...found.groups.slice(1)];
  }
  return null;
}

type Search = {
  readonly text: readonly number[];
  readonly at: number;
  readonly groups: Found;
  /** Places of the expression, since the last code point. */
  readonly entered: readonly object[];
};

type Next = (search: Search) => Search | null;

function match(tree: PatternTree, search: Search, next: Next): Search | null {
  const { text, at } = search;
  switch (tree.kind) {
    case 'set':
      return at < text.length && tree.has(text[at]!) ? next({ ...search, at: at + 1, entered: [] }) : null;
    case 'place':
      return tree.holds(text[at - 1] ?? null, text[at] ?? null) ? next(search) : null;
    case 'sequence':
      return sequence(tree.parts, search, next);
    case 'choice':
      return firstOf(tree.options.map((option) => () => match(option, search, next)));
    case 'group':
      return match(tree.inner, search, (end) => {
        const groups = [...end.groups];
        groups[tree.number] = [at, end.at];
        return next({ ...end, groups });
      });
    case 'star':
      return star(tree, search, next);
    case 'plus':
      return round(tree, search, next);
  }
}

function sequence(parts: readonly PatternTree[], search: Search, next: Next): Search | null {
  const [first, ...rest] = parts;
  return first === undefined ? next(search) : match(first, search, (after) => sequence(rest, after, next));
}

function star(loop: Extract<PatternTree, { kind: 'star' }>, search: Search, next: Next): Search | null {
  return entering(loop, search, (here) => {
    const options = [() => match(loop.inner, here, (end) => star(loop, end, next)), () => next(here)];
    return firstOf(loop.isLazy ? options.toReversed() : options);
  });
}

function round(plus: Extract<PatternTree, { kind: 'plus' }>, search: Search, next: Next): Search | null {
  return entering(plus, search, (inside) =>
    match(plus.inner, inside, (end) =>
      entering(plus.again, end, (behind) => {
        const options = [() => round(plus, behind, next), () => next(behind)];
        return firstOf(plus.isLazy ? options.toReversed() : options);
      }),
    ),
  );
}

function entering(place: object, search: Search, next: Next): Search | null {
  const { entered } = search;
  return entered.includes(place) ? null : next({ ...search, entered: [...entered, place] });
}

function firstOf(options: readonly (() => Search | null)[]): Search | null {
  for (const option of options) {
    const found = option();
    if (found !== null) return found;
  }
  return null;
}
