/** A regular expression as a tree; a set is whether a code point is in it. */
export type PatternTree =
  | { readonly kind: 'set'; readonly has: (point: number) => boolean }
  | { readonly kind: 'place'; readonly holds: (before: number | null, after: number | null) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'choice'; readonly options: readonly PatternTree[] }
  | { readonly kind: 'group'; readonly number: number; readonly inner: PatternTree }
  /** Any number of times, each of which takes something. */
  | { readonly kind: 'star'; readonly inner: PatternTree; readonly isLazy: boolean }
  /** Once or more often; `again` is the place behind a round, where the next one begins or not. */
  | { readonly kind: 'plus'; readonly inner: PatternTree; readonly again: object; readonly isLazy: boolean };

/** Counted repetition is written out, as in RE2: `x{2,}` is `xx+`, `x{1,3}` is `x(x(x)?)?`. */
export function repeated(
  inner: PatternTree,
  [least, most]: readonly [number, number | null],
  isLazy: boolean,
): PatternTree {
  const copies = (count: number): readonly PatternTree[] =>
    Array.from({ length: count }, () => copyOf(inner));
  if (most === null) {
    const plus = { kind: 'plus', inner, again: {}, isLazy } as const;
    if (least === 0) return takesNothing(inner) ? optional(plus, isLazy) : { kind: 'star', inner, isLazy };
    return { kind: 'sequence', parts: [...copies(least - 1), plus] };
  }
  let rest: PatternTree = EMPTY;
  for (let i = least; i < most; i++) {
    rest = optional({ kind: 'sequence', parts: [copyOf(inner), rest] }, isLazy);
  }
  return { kind: 'sequence', parts: [...copies(least), rest] };
}

const EMPTY: PatternTree = { kind: 'sequence', parts: [] };

function optional(tree: PatternTree, isLazy: boolean): PatternTree {
  return { kind: 'choice', options: isLazy ? [EMPTY, tree] : [tree, EMPTY] };
}

/** Whether it can match without a code point. */
function takesNothing(tree: PatternTree): boolean {
  switch (tree.kind) {
    case 'set':
      return false;
    case 'sequence':
      return tree.parts.every(takesNothing);
    case 'choice':
      return tree.options.some(takesNothing);
    case 'group':
    case 'plus':
      return takesNothing(tree.inner);
    default:
      return true;
  }
}

/** A repetition in a copy is another one. */
function copyOf(tree: PatternTree): PatternTree {
  switch (tree.kind) {
    case 'sequence':
      return { kind: 'sequence', parts: tree.parts.map(copyOf) };
    case 'choice':
      return { kind: 'choice', options: tree.options.map(copyOf) };
    case 'group':
      return { ...tree, inner: copyOf(tree.inner) };
    case 'star':
      return { ...tree, inner: copyOf(tree.inner) };
    case 'plus':
      return { ...tree, inner: copyOf(tree.inner), again: {} };
    default:
      return tree;
  }
}
