import { closestName } from '../definition/closest-name.js';
import type { Expression } from '../definition/expression.js';
import {
  AGGREGATE_NAMES,
  type AggregateName,
  type AggregateParameter,
  type AggregateParameters,
} from './aggregate/aggregate-function.js';
import { AGGREGATES } from './aggregate/table.js';
import { Checking } from './check.js';
import type { CheckContext, Checked, Scope } from './checked.js';
import { type AggregateSyntax, parseAggregate } from './parse-aggregate.js';
import type { ExpressionProblem, Mistake } from './problem.js';

/** A typed aggregate call (S21). */
export type CheckedAggregate = {
  readonly name: AggregateName;
  /** A row expression (S5); null is rows, of COUNT(*). */
  readonly argument: Expression | null;
  /** Those that stand in the call. */
  readonly parameters: AggregateParameters;
};

/** Parses and types an aggregate call over the names of `scope`, or tells every mistake in it with its place. */
export function checkAggregate(
  text: string,
  scope: Scope,
): { readonly aggregate: CheckedAggregate } | { readonly problems: readonly ExpressionProblem[] } {
  const checking = new Checking(text, { scope, allow: 'row' });
  const syntax = checking.read(parseAggregate);
  const aggregate = syntax === null ? null : checkCall(checking, syntax);
  return aggregate === null || checking.mistakes.length > 0
    ? { problems: checking.problems() }
    : { aggregate };
}

function checkCall(checking: Checking, syntax: AggregateSyntax): CheckedAggregate | null {
  const report = (mistake: Mistake): null => {
    checking.mistakes.push(mistake);
    return null;
  };
  const checked = syntax.arguments.map((node) => checking.check(node));
  const name = nameOf(syntax);
  if (name === null) return report(unknown(syntax));
  const wanted = AGGREGATES[name].parameters.filter(({ inCall }) => inCall);
  const counted = countMistake({ ...syntax, name }, wanted);
  if (counted !== null) return report(counted);
  if (!checked.every((each) => each !== null)) return null;
  const [over, ...told] = checked;
  const parameters = told.map((each, i) => parameterOf(name, wanted[i]!, each, report));
  if (over === undefined) return { name, argument: null, parameters: {} };
  const { type } = over.expression;
  if (!AGGREGATES[name].takes.includes(type)) {
    const expected = AGGREGATES[name].takes.join(', ');
    const message = `${name} does not take ${type}; it takes ${expected}`;
    return report({ position: over.position, message, found: type, expected });
  }
  const known = parameters.filter((each) => each !== null);
  return { name, argument: over.expression, parameters: Object.fromEntries(known) };
}

/** Spellings of GoogleSQL and of other dialects that mean one of ours exactly. */
const SPELLINGS: Readonly<Record<string, AggregateName>> = {
  STDDEV: 'STDDEV_SAMP',
  VARIANCE: 'VAR_SAMP',
};

/** What stands here for an aggregate that there is not. */
const INSTEAD: Readonly<Record<string, string>> = {
  COUNTIF: 'COUNT(*) with a "filter"',
  COUNT_IF: 'COUNT(*) with a "filter"',
  SUM_IF: 'SUM(x) with a "filter"',
  MEAN: 'AVG(x)',
  MEDIAN: 'APPROX_QUANTILE(x, 0.5)',
  APPROX_QUANTILES: 'APPROX_QUANTILE(x, q)',
  APPROX_TOP_COUNT: 'TOP_K(x, k)',
  FIRST_VALUE: 'FIRST(x)',
  LAST_VALUE: 'LAST(x)',
  ANY_VALUE: 'LAST(x)',
  ARRAY_AGG: 'LAST_N(x, n)',
  LOGICAL_OR: 'MAX(x)',
  LOGICAL_AND: 'MIN(x)',
};

function nameOf({ name, isDistinct }: AggregateSyntax): AggregateName | null {
  if (isDistinct) return name === 'COUNT' || name === 'COUNT_DISTINCT' ? 'COUNT_DISTINCT' : null;
  const known = AGGREGATE_NAMES.find((each) => each === name);
  return known ?? (Object.hasOwn(SPELLINGS, name) ? SPELLINGS[name]! : null);
}

function unknown({ name, position, isDistinct }: AggregateSyntax): Mistake {
  const shown = name.slice(0, 64);
  if (isDistinct) {
    const message = `${shown} takes no DISTINCT; only COUNT(DISTINCT x) does`;
    return { position, message, found: 'DISTINCT' };
  }
  const suggestion = Object.hasOwn(INSTEAD, name) ? INSTEAD[name]! : closestName(name, AGGREGATE_NAMES);
  const message = `there is no aggregate ${shown}`;
  if (suggestion !== null) return { position, message, found: name, suggestion };
  return { position, message: `${message}; there are ${AGGREGATE_NAMES.join(', ')}`, found: name };
}

function countMistake(
  syntax: AggregateSyntax & { readonly name: AggregateName },
  wanted: readonly AggregateParameter[],
): Mistake | null {
  const { name, position, isOfRows, arguments: given } = syntax;
  const form = `${name}(${['x', ...wanted.map((each) => each.name)].join(', ')})`;
  if (isOfRows) {
    if (AGGREGATES[name].takesRows) return null;
    return { position, message: `${name} takes values, not rows; write ${form}`, found: '*' };
  }
  if (given.length === 1 + wanted.length) return null;
  const rows = AGGREGATES[name].takesRows ? ` or ${name}(*)` : '';
  const message = `${name} has ${given.length} arguments; write ${form}${rows}`;
  return { position, message, found: String(given.length), expected: String(1 + wanted.length) };
}

/** The name and number of a parameter in the call; null where it was reported wrong. */
function parameterOf(
  aggregate: AggregateName,
  parameter: AggregateParameter,
  { expression, position }: Checked,
  report: CheckContext['report'],
): readonly [string, number] | null {
  const value = expression.kind === 'literal' ? expression.value : null;
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const problem = isNumber ? parameterProblem(parameter, Number(value)) : boundsOf(parameter);
  if (problem === null) return [parameter.name, Number(value) + 0];
  return report({ position, message: `${parameter.name} of ${aggregate} must be ${problem}` });
}

/** What a parameter must be, where `value` is not; null where it is. */
export function parameterProblem(parameter: AggregateParameter, value: number): string | null {
  const { whole, least, greatest } = parameter;
  const fits = (!whole || Number.isInteger(value)) && value >= least && value <= greatest;
  return fits ? null : `${boundsOf(parameter)}, not ${value}`;
}

function boundsOf({ whole, least, greatest, about }: AggregateParameter): string {
  return `a ${whole ? 'whole ' : ''}number from ${least} to ${greatest} (${about})`;
}
