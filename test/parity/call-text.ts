import { ALIASES, OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import type { CallExpression } from '../../src/definition/expression.js';
import { chained, type Form, infix, POSTFIX, PRIMARY, sign, tested } from './form.js';
import { quotedText } from './literal-text.js';
import { timeForms } from './time-text.js';

/** Every way in which a call can be written. */
export function formsOf(node: CallExpression): readonly Form[] {
  const { sql } = OPERATIONS[node.operation as OperationId];
  const own = FORMS[node.operation] ?? OPERATORS[sql] ?? timeForms(sql);
  const special = own.filter((form) => form.fits?.(node) ?? true);
  if (special.some(({ only }) => only)) return special;
  const forms = [...special, ...functionNames(sql, node).map(functionForm)];
  if (forms.length > 0) return forms;
  throw new Error(`nobody says how ${node.operation} is written; add a form to call-text.ts`);
}

/** Names under which an operation of a spelling is called as a function. */
function functionNames(sql: string, node: CallExpression): readonly string[] {
  const aliases = Object.keys(ALIASES).filter((alias) => ALIASES[alias] === sql);
  const names = [sql, ...aliases].filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name));
  return names.filter((name) => name !== 'IFNULL' || node.arguments.length === 2);
}

/** A call by its name, over its arguments and the node's parameters. GoogleSQL ignores the case of functions. */
function functionForm(name: string): Form {
  return {
    binds: PRIMARY,
    takes: () => 0,
    write: (texts, node, random) => {
      const safe = random.chance(0.05) ? `SAFE.${name}` : name;
      return `${random.chance(0.1) ? safe.toLowerCase() : safe}(${withParameters(texts, node).join(', ')})`;
    },
  };
}

/** A format comes first; parts and normal forms stand bare behind the arguments, zones as constants at the end. */
function withParameters(texts: readonly string[], { parameters = {} }: CallExpression): readonly string[] {
  const { format, part, mode, zone, ...unknown } = parameters;
  const [other] = Object.keys(unknown);
  if (other !== undefined) throw new Error(`nobody says how the parameter ${other} is written`);
  const bare = [part, mode].filter((word) => word !== undefined);
  const [first, last] = [format, zone].map((text) => (text === undefined ? [] : [quotedText(text)]));
  return [...first!, ...texts, ...bare, ...last!];
}

const comparison = (id: string, spelling: string): Readonly<Record<string, readonly Form[]>> => ({
  [id]: [tested(([a, b]) => `${a} ${spelling} ${b}`)],
});

/** Operations that are not written as functions, or not only, by id. */
const FORMS: Readonly<Record<string, readonly Form[]>> = {
  great_circle_distance: [
    {
      binds: PRIMARY,
      takes: () => 0,
      write: ([a, b, c, d]) => `ST_DISTANCE(ST_GEOGPOINT(${a}, ${b}), ST_GEOGPOINT(${c}, ${d}))`,
      only: true,
    },
  ],
  ...comparison('equal', '='),
  ...comparison('less', '<'),
  ...comparison('less_or_equal', '<='),
  ...comparison('greater', '>'),
  ...comparison('greater_or_equal', '>='),
  not_equal: [tested(([a, b]) => `${a} != ${b}`), tested(([a, b]) => `${a} <> ${b}`)],
  is_null: [
    tested(
      ([a]) => `${a} IS NULL`,
      ([a]) => `${a} IS NOT NULL`,
    ),
  ],
  is_true: [
    tested(
      ([a]) => `${a} IS TRUE`,
      ([a]) => `${a} IS NOT TRUE`,
    ),
  ],
  is_false: [
    tested(
      ([a]) => `${a} IS FALSE`,
      ([a]) => `${a} IS NOT FALSE`,
    ),
  ],
  is_distinct: [
    tested(
      ([a, b]) => `${a} IS DISTINCT FROM ${b}`,
      ([a, b]) => `${a} IS NOT DISTINCT FROM ${b}`,
    ),
  ],
  between: [
    tested(
      ([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`,
      ([a, b, c]) => `${a} NOT BETWEEN ${b} AND ${c}`,
    ),
  ],
  in: [
    tested(
      ([x, ...items]) => `${x} IN (${items.join(', ')})`,
      ([x, ...items]) => `${x} NOT IN (${items.join(', ')})`,
    ),
  ],
  and: [{ ...chained('AND', 2), only: true }],
  or: [{ ...chained('OR', 1), only: true }],
  not: [{ binds: 3, takes: () => 3, write: ([a]) => `NOT ${a}`, only: true }],
  case: [
    closedForm((branches, node) => branchesText('CASE', branches, node)),
    { ...closedForm((texts) => `IF(${texts.join(', ')})`), fits: (node) => node.arguments.length === 3 },
  ],
  case_match: [closedForm(([x, ...branches], node) => branchesText(`CASE ${x}`, branches, node))],
  concat_string: [chained('||', 10)],
  concat_bytes: [chained('||', 10)],
  array_concat: [chained('||', 10)],
};

/** The same by spelling. */
const OPERATORS: Readonly<Record<string, readonly Form[]>> = {
  '+': [infix('+', 9)],
  '-': [infix('-', 9)],
  '*': [infix('*', 11)],
  '/': [infix('/', 11)],
  'unary -': [sign('-')],
  'unary ~': [sign('~')],
  '|': [infix('|', 5)],
  '^': [infix('^', 6)],
  '&': [infix('&', 7)],
  '<<': [infix('<<', 8)],
  '>>': [infix('>>', 8)],
  '[OFFSET]': [accessForm('OFFSET'), accessForm('SAFE_OFFSET')],
  '[ORDINAL]': [accessForm('ORDINAL'), accessForm('SAFE_ORDINAL')],
  '[…]': [closedForm((texts, node) => `${node.type}[${texts.join(', ')}]`)],
  CAST: [castForm('CAST'), castForm('SAFE_CAST')],
  LIKE: [
    tested(
      ([a, b]) => `${a} LIKE ${b}`,
      ([a, b]) => `${a} NOT LIKE ${b}`,
    ),
  ],
  'IN UNNEST': [
    tested(
      ([x, items]) => `${x} IN UNNEST(${items})`,
      ([x, items]) => `${x} NOT IN UNNEST(${items})`,
    ),
  ],
};

/** What is closed on both sides. */
function closedForm(write: Form['write']): Form {
  return { binds: PRIMARY, takes: () => 0, write, only: true };
}

function castForm(name: string): Form {
  return closedForm(([value], node) => `${name}(${value} AS ${node.type})`);
}

function accessForm(word: string): Form {
  const takes = (place: number): number => (place === 0 ? POSTFIX : 0);
  return { binds: POSTFIX, takes, write: ([array, at]) => `${array}[${word}(${at})]`, only: true };
}

/** Tests and values in turn, the last value alone, which is not written where it is NULL and another one is not. */
function branchesText(opening: string, branches: readonly string[], node: CallExpression): string {
  const whens: string[] = [];
  for (let at = 0; at + 1 < branches.length; at += 2) {
    whens.push(`WHEN ${branches[at]} THEN ${branches[at + 1]}`);
  }
  const last = node.arguments.at(-1)!;
  const isNull = last.kind === 'literal' && last.value === null;
  return `${opening} ${whens.join(' ')}${isNull ? '' : ` ELSE ${branches.at(-1)}`} END`;
}
