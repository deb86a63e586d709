import { closestName } from '../definition/closest-name.js';
import type { FittedParameters } from '../definition/expression.js';
import type { Value } from '../definition/value.js';
import type { ScalarType } from '../definition/value-type.js';
import type { CheckContext } from './checked.js';
import type { Option, OptionKind } from './fitted/preprocessing.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/**
 * The options of a preprocessing function, by parameter: literals in their order, then `name => value` in any. Those that
 * take a place are always there; others where they are not as BigQuery ML has it. Null where one was reported wrong.
 */
export function readOptions(
  context: CheckContext,
  node: CallNode,
  written: readonly SyntaxNode[],
  options: readonly Option[],
): FittedParameters | null {
  const given = assigned(context, node, written, options);
  if (given === null) return null;
  const parameters: Record<string, FittedParameters[string]> = {};
  for (const option of options) {
    const value = given.get(option);
    const read = value === undefined ? option.default : readOption(value, option.takes);
    if (read === undefined || read === null) {
      const position = value?.position ?? node.position;
      const expected = `${option.name}: ${expectedOf(option.takes)}`;
      return context.report({ position, message: `${node.name} takes ${expected}`, expected });
    }
    if (option.positional || read !== option.default) parameters[option.parameter] = read;
  }
  return parameters;
}

function assigned(
  context: CheckContext,
  node: CallNode,
  written: readonly SyntaxNode[],
  options: readonly Option[],
): ReadonlyMap<Option, SyntaxNode> | null {
  const given = new Map<Option, SyntaxNode>();
  const places = options.filter(({ positional }) => positional);
  for (const [index, argument] of written.entries()) {
    const isBehindNamed = written.slice(0, index).some(({ kind }) => kind === 'named');
    const option =
      argument.kind === 'named'
        ? options.find(({ name }) => name === argument.name.toLowerCase())
        : isBehindNamed
          ? undefined
          : places[index];
    if (option === undefined || given.has(option)) return reportUnknown(context, node, argument, options);
    given.set(option, argument.kind === 'named' ? argument.value : argument);
  }
  return given;
}

function reportUnknown(
  { report }: CheckContext,
  { name }: CallNode,
  argument: SyntaxNode,
  options: readonly Option[],
): null {
  const names = options.map((option) => (option.positional ? option.name : `${option.name} => …`));
  const expected = names.length === 0 ? 'one argument' : `these options: ${names.join(', ')}`;
  const { position } = argument;
  if (argument.kind !== 'named') return report({ position, message: `${name} takes ${expected}`, expected });
  const found = `${argument.name} =>`;
  const suggestion = closestName(
    argument.name,
    options.map((option) => option.name),
  );
  const message = `${name} takes no other ${argument.name.slice(0, 64)}; it takes ${expected}`;
  return report({ position, message, found, expected, ...(suggestion !== null && { suggestion }) });
}

/** The value of an option; null when it is none. */
function readOption(node: SyntaxNode, takes: OptionKind): FittedParameters[string] | null {
  const value = literalOf(node);
  switch (takes.kind) {
    case 'choice':
      return takes.values.find((choice) => choice === value) ?? null;
    case 'whole':
      return typeof value === 'bigint' && value >= takes.min && value <= takes.max ? Number(value) : null;
    case 'flag':
      return typeof value === 'boolean' ? value : null;
    case 'text':
      return typeof value === 'string' ? value : null;
    case 'norm':
      return normOf(node, value);
    case 'ascending':
      return Array.isArray(value) && isAscending(numbersIn(value)) ? numbersIn(value) : null;
    case 'pair':
      return pairOf(value, takes);
  }
}

function expectedOf(takes: OptionKind): string {
  switch (takes.kind) {
    case 'choice':
      return takes.values.map((value) => `'${value}'`).join(', ');
    case 'whole':
      return `a whole number from ${takes.min} to ${takes.max}, as a literal`;
    case 'flag':
      return 'TRUE or FALSE';
    case 'text':
      return 'a text, as a literal';
    case 'norm':
      return `0, a number from 1 to ${MAX_NORM}, or 'inf'`;
    case 'ascending':
      return 'an array literal of numbers, each greater than the one before it';
    case 'pair':
      return `[from, to] between ${takes.min} and ${takes.max}${takes.isWhole ? ', whole numbers' : ''}`;
  }
}

/**
 * The value of a literal of a text, a number or a BOOL, also with a sign before it, or of an array of them; undefined of
 * anything else, such as a DATE, which is a number inside.
 */
function literalOf(node: SyntaxNode): Value | undefined {
  if (node.kind === 'literal') return isOptionType(node.type) ? node.value : undefined;
  if (node.kind !== 'array') return undefined;
  const { elements, elementType } = node;
  const isOfType = elements.every(
    (each) => elementType === null || elementType === 'FLOAT64' || typeOf(each) === elementType,
  );
  const values = elements.map(literalOf);
  return isOfType && values.every((value) => value !== undefined) ? values : undefined;
}

function typeOf(node: SyntaxNode): ScalarType | null {
  return node.kind === 'literal' ? node.type : null;
}

function isOptionType(type: ScalarType | null): boolean {
  return type === 'STRING' || type === 'INT64' || type === 'FLOAT64' || type === 'BOOL';
}

/** `'inf'`, and what BigQuery writes for it: `CAST('+inf' AS FLOAT64)`. */
function normOf(node: SyntaxNode, value: Value | undefined): number | 'inf' | null {
  const text = node.kind === 'cast' && node.to === 'FLOAT64' ? literalOf(node.argument) : value;
  if (typeof text === 'string') return /^\+?inf(?:inity)?$/i.test(text) ? 'inf' : null;
  if (typeof value !== 'number' && typeof value !== 'bigint') return null;
  const norm = Number(value);
  return norm === 0 || (norm >= 1 && norm <= MAX_NORM) ? norm : null;
}

/** Beyond it powers leave the range of a FLOAT64. */
const MAX_NORM = 500;

/** The numbers of an array literal, of a single number that one; none of anything else. */
function numbersIn(value: Value | undefined): readonly number[] {
  const values = Array.isArray(value) ? value : [value];
  const isNumeric = values.every((item) => typeof item === 'number' || typeof item === 'bigint');
  return isNumeric ? values.map((item) => Number(item) + 0) : [];
}

function isAscending(numbers: readonly number[]): boolean {
  return numbers.length > 0 && numbers.every((number, i) => i === 0 || number > numbers[i - 1]!);
}

function pairOf(
  value: Value | undefined,
  { min, max, isWhole }: Extract<OptionKind, { readonly kind: 'pair' }>,
): readonly number[] | null {
  const numbers = numbersIn(value);
  const [from, to] = isWhole && numbers.length === 1 ? [numbers[0]!, numbers[0]!] : numbers;
  if (from === undefined || to === undefined || numbers.length > 2) return null;
  const isInOrder = isWhole ? from <= to && [from, to].every(Number.isInteger) : from < to;
  return isInOrder && from >= min && to <= max ? [from, to] : null;
}
