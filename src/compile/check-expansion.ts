import { NAME_PATTERN } from '../definition/document.js';
import type { CheckContext } from './checked.js';
import { coercionCost } from './coercion.js';
import { suggestedAs } from './suggested-cast.js';
import { type CallNode, call, literal, type StructField, type SyntaxNode } from './syntax.js';
import { nodesWithin, replaceNode } from './syntax-walk.js';

/** Functions that stand for one expression a field of their result. */
export const EXPANSIONS = ['FEATURE_CROSS', 'POLYNOMIAL_EXPAND'] as const;

export type ExpandedField = { readonly field: string | null; readonly node: SyntaxNode };

/**
 * An output of a transform as one expression, or as one for each field of the FEATURE_CROSS or POLYNOMIAL_EXPAND in it, with
 * the field in the place of the call: so what stands around such a call is computed of every field. Null where it was
 * reported wrong. Source: BigQuery ML, ML.FEATURE_CROSS and ML.POLYNOMIAL_EXPAND.
 */
export function expandedFields(context: CheckContext, root: SyntaxNode): readonly ExpandedField[] | null {
  const [expansion, second] = nodesWithin(root).filter(isExpansion);
  if (expansion === undefined) return [{ field: null, node: root }];
  if (second !== undefined) {
    const message = 'one FEATURE_CROSS or POLYNOMIAL_EXPAND an output; write another output for the second';
    return context.report({ position: second.position, message });
  }
  const fields = fieldsOf(context, expansion);
  if (fields === null) return null;
  const isOne = fields.length === 1;
  return fields.map(({ field, node }) => ({
    field: isOne ? null : field,
    node: replaceNode(root, expansion, node),
  }));
}

/** How many fields a text that was checked stands for, 1 where it holds no expansion. */
export function fieldCount(root: SyntaxNode): number {
  const expansion = nodesWithin(root).find(isExpansion);
  const struct = expansion?.arguments[0];
  if (expansion === undefined || struct?.kind !== 'struct') return 1;
  const rule = RULES[expansion.name as (typeof EXPANSIONS)[number]];
  const fields = struct.fields.map(({ name, value }) => ({ name: name ?? '', value }));
  return Math.max(1, rule.combinations(fields, writtenDegree(expansion)).length);
}

function isExpansion(node: SyntaxNode): node is CallNode {
  return node.kind === 'call' && EXPANSIONS.some((name) => name === node.name);
}

/** Reports one that stands where no output of a transform is. */
export function reportExpansion({ report }: CheckContext, { name, position }: CallNode): null {
  return report({ position, message: `${name} belongs into the transform of a model` });
}

type NamedField = { readonly name: string; readonly value: SyntaxNode };

function fieldsOf(context: CheckContext, node: CallNode): readonly ExpandedField[] | null {
  const rule = RULES[node.name as (typeof EXPANSIONS)[number]];
  if (node.over) {
    const message = `${node.name} takes no OVER (): it learns nothing`;
    return context.report({ position: node.position, message });
  }
  const degree = degreeOf(context, node, rule.degrees);
  const fields = structOf(context, node, rule);
  if (degree === null || fields === null) return null;
  return rule.combinations(fields, degree).map((parts) => ({
    field: parts.map(({ name }) => name).join('_'),
    node: rule.combine(
      node.position,
      parts.map(({ value }) => value),
    ),
  }));
}

type Rule = {
  readonly takes: 'STRING' | 'FLOAT64';
  readonly degrees: readonly [least: number, greatest: number];
  readonly combinations: (
    fields: readonly NamedField[],
    degree: number,
  ) => readonly (readonly NamedField[])[];
  readonly combine: (position: number, parts: readonly SyntaxNode[]) => SyntaxNode;
};

const RULES: Record<(typeof EXPANSIONS)[number], Rule> = {
  FEATURE_CROSS: {
    takes: 'STRING',
    degrees: [2, 4],
    combinations: (fields, degree) => combinations(fields, degree, 1).filter(({ length }) => length > 1),
    combine: crossed,
  },
  POLYNOMIAL_EXPAND: {
    takes: 'FLOAT64',
    degrees: [1, 4],
    combinations: (fields, degree) => combinations(fields, degree, 0),
    combine: multiplied,
  },
};

/** Runs of up to `degree` fields, each `step` or more behind the one before it: 0 lets a field come again. */
function combinations(
  fields: readonly NamedField[],
  degree: number,
  step: number,
): readonly (readonly NamedField[])[] {
  if (degree === 0) return [];
  return fields.flatMap((field, index) => [
    [field],
    ...combinations(fields.slice(index + step), degree - 1, step).map((rest) => [field, ...rest]),
  ]);
}

/** `a_b`, as BigQuery ML names a crossed category. */
function crossed(position: number, parts: readonly SyntaxNode[]): SyntaxNode {
  const [first, ...others] = parts as [SyntaxNode, ...SyntaxNode[]];
  const joined = others.flatMap((part) => [literal('STRING', '_', position), part]);
  return call('CONCAT', position, [first, ...joined]);
}

function multiplied(position: number, parts: readonly SyntaxNode[]): SyntaxNode {
  const numbers = parts.map(
    (argument): SyntaxNode => ({
      kind: 'cast',
      position: argument.position,
      depth: argument.depth + 1,
      argument,
      to: 'FLOAT64',
    }),
  );
  return numbers.reduce((product, factor) => call('*', position, [product, factor]));
}

function degreeOf(
  { report }: CheckContext,
  node: CallNode,
  [least, greatest]: Rule['degrees'],
): number | null {
  const degree = writtenDegree(node);
  if (degree >= least && degree <= greatest && node.arguments.length <= 2) return degree;
  const expected = `a STRUCT and a degree from ${least} to ${greatest}, as a literal`;
  const { position } = node.arguments[2] ?? node.arguments[1] ?? node;
  return report({ position, message: `${node.name} takes ${expected}`, expected });
}

/** 2 where none is written, NaN where it is no whole number. */
function writtenDegree({ arguments: [, written] }: CallNode): number {
  if (written === undefined) return 2;
  const value = written.kind === 'named' && written.name.toLowerCase() === 'degree' ? written.value : written;
  return value.kind === 'literal' && value.type === 'INT64' ? Number(value.value) : Number.NaN;
}

/** The features, each with its name and of the type taken. */
function structOf(
  context: CheckContext,
  { name, position, arguments: [struct] }: CallNode,
  rule: Rule,
): readonly NamedField[] | null {
  if (struct?.kind !== 'struct' || struct.fields.length > MAX_FEATURES) {
    const expected = `STRUCT(a, b AS c, …) of at most ${MAX_FEATURES} features`;
    return context.report({
      position: struct?.position ?? position,
      message: `${name} takes ${expected}`,
      expected,
    });
  }
  const least = rule.degrees[0] === 1 ? 1 : 2;
  if (struct.fields.length < least) {
    const message = `${name} takes at least ${least} features`;
    return context.report({ position: struct.position, message });
  }
  const named = struct.fields.map((field) => namedField(context, name, field, rule.takes));
  return named.every((field) => field !== null) ? named : null;
}

function namedField(
  context: CheckContext,
  functionName: string,
  { name, namePosition, value }: StructField,
  type: Rule['takes'],
): NamedField | null {
  const operand = context.check(value);
  if (operand === null) return null;
  const found = operand.isNull ? 'NULL' : operand.expression.type;
  if (operand.isNull || coercionCost(operand, type) === null) {
    const expected = type === 'FLOAT64' ? 'INT64 or FLOAT64' : type;
    const suggestion = suggestedAs(context, operand, [type]);
    const message = `a feature of ${functionName} is ${expected}, not ${found}`;
    const { position } = operand;
    return context.report({ position, message, found, expected, ...(suggestion !== null && { suggestion }) });
  }
  if (name !== null && (NAME.test(name) || context.scope.has(name))) return { name, value };
  if (name !== null) {
    const message = `"${name.slice(0, 64)}" is no name of a feature: ${NAME_RULE}`;
    return context.report({ position: namePosition, message, found: name.slice(0, 64) });
  }
  const message = `name the feature: write … AS name, because what ${functionName} gives is named by its features`;
  return context.report({ position: value.position, message });
}

/** What it names is an output of the transform; a column keeps the name that it has. */
const NAME = new RegExp(NAME_PATTERN);
const NAME_RULE = 'write letters, digits and single underscores, a letter first, at most 63 characters';

/** As in BigQuery ML. */
const MAX_FEATURES = 10;
