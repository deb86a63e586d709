import type { PatternTree } from './pattern-tree.js';

/** Where a match and its groups begin and end, in code points; undefined for a group that took no part. */
export type Found = readonly (readonly [start: number, end: number] | undefined)[];

/** The match that a backtracking search from a place on finds first. */
export function findPattern(tree: PatternTree, text: readonly number[], from: number): Found | null {
  for (let start = from; start <= text.length; start++) {
    const found = match(tree, { text, at: start, groups: [] }, (end) => ({ ...end, done: true }));
    if (found !== null) return [[start, found.at], ...found.groups.slice(1)];
  }
  return null;
}

type Search = {
  readonly text: readonly number[];
  readonly at: number;
  readonly groups: Found;
  readonly done?: true;
};

type Next = (search: Search) => Search | null;

function match(tree: PatternTree, search: Search, next: Next): Search | null {
  const { text, at, groups } = search;
  switch (tree.kind) {
    case 'set':
      return at < text.length && tree.has(text[at]!) ? next({ ...search, at: at + 1 }) : null;
    case 'place':
      return tree.holds(text[at - 1] ?? null, text[at] ?? null) ? next(search) : null;
    case 'sequence':
      return sequence(tree.parts, search, next);
    case 'choice':
      return firstOf(tree.options.map((option) => () => match(option, search, next)));
    case 'group':
      return match(tree.inner, search, (end) => {
        const after = [...end.groups];
        after[tree.number] = [at, end.at];
        return next({ ...end, groups: after });
      });
    case 'repeat':
      return repeat(tree, { text, at, groups }, next);
  }
}

function sequence(parts: readonly PatternTree[], search: Search, next: Next): Search | null {
  const [first, ...rest] = parts;
  return first === undefined ? next(search) : match(first, search, (after) => sequence(rest, after, next));
}

function repeat(
  { inner, least, most, isLazy }: Extract<PatternTree, { kind: 'repeat' }>,
  search: Search,
  next: Next,
): Search | null {
  if (most === 0) return next(search);
  const fewer = {
    kind: 'repeat',
    inner,
    least: Math.max(0, least - 1),
    most: most === null ? null : most - 1,
    isLazy,
  } as const;
  // A round of an endless repetition that takes nothing is its last.
  const again = (): Search | null =>
    match(inner, search, (after) =>
      most === null && least <= 1 && after.at === search.at ? next(after) : repeat(fewer, after, next),
    );
  if (least > 0) return again();
  return firstOf(isLazy ? [() => next(search), again] : [again, () => next(search)]);
}

function firstOf(options: readonly (() => Search | null)[]): Search | null {
  for (const option of options) {
    const found = option();
    if (found !== null) return found;
  }
  return null;
}
