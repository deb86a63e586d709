import { childrenOf, type Expression } from '../../definition/expression.js';
import { compareCodePoints } from '../fitted/code-points.js';

/**
 * The strings that a graph tells apart. A string input takes a row's place in `strings`, from 0; {@link otherCode} stands
 * for every other string, −1 for NULL. Which string has which code is looked up outside the graph.
 */
export type GraphVocabulary = {
  /** In code point order. */
  readonly strings: readonly string[];
  readonly codeOf: (text: string) => number;
};

/** The vocabulary as one expression sees it. */
export type GraphTexts = GraphVocabulary & {
  /** The strings that its strings are compared with or looked up in, here and in what reads it. */
  readonly met: readonly string[];
};

/** Makes the vocabulary of all strings that a graph compares with or looks up. */
export function graphVocabulary(strings: Iterable<string>): GraphVocabulary {
  const sorted = [...new Set(strings)].sort(compareCodePoints);
  const codes = new Map(sorted.map((text, index) => [text, index]));
  return { strings: sorted, codeOf: (text) => codes.get(text) ?? sorted.length };
}

/** The code of a string that no part of the graph knows. */
export function otherCode({ strings }: GraphVocabulary): number {
  return strings.length;
}

/** The string literals of an expression. */
export function stringsIn(expression: Expression): readonly string[] {
  if (expression.kind === 'literal' && expression.type === 'STRING' && expression.value !== null)
    return [expression.value as string];
  return childrenOf(expression).flatMap(stringsIn);
}
