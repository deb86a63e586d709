import type { SourceDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import type { WindowFeatureDocument } from '../definition/window-document.js';
import type { Aggregate } from './aggregate/aggregate.js';
import type { AggregateName, AggregateParameter } from './aggregate/aggregate-function.js';
import { AGGREGATES } from './aggregate/table.js';
import { type CheckedAggregate, checkAggregate, parameterProblem } from './check-aggregate.js';
import type { Scope } from './checked.js';
import type { AggregateCall } from './windowed-feature-set.js';

/** What a feature aggregates: the call as data, its argument and its algebra. */
export type WindowedCall = {
  readonly call: AggregateCall;
  /** null is rows, of COUNT(*). */
  readonly argument: Expression | null;
  readonly aggregate: Aggregate;
  /** The newest rows that an exact window sees; null of tiles. */
  readonly maxRows: number | null;
};

type CallScope = {
  readonly source: SourceDocument;
  readonly scope: Scope;
  /** Whether the window holds rows instead of tiles. */
  readonly isExact: boolean;
};

/**
 * Types the aggregate of a feature with its `max`, which is that of the aggregate, or of an exact window its newest rows (S21).
 * What is wrong becomes a problem below `path`; then null.
 */
export function compileCall(
  feature: WindowFeatureDocument,
  { source, scope, isExact }: CallScope,
  path: string,
  problems: Problem[],
): WindowedCall | null {
  const checked = checkAggregate(feature.aggregate, scope);
  if ('problems' in checked) {
    problems.push(...checked.problems.map((each) => ({ ...each, path: `${path}/aggregate` })));
    return null;
  }
  const { name, argument } = checked.aggregate;
  const own = AGGREGATES[name].parameters.find((parameter) => parameter.name === 'max') ?? null;
  const problem = isExact ? rowsProblem(feature, own) : maxProblem(feature, name, own);
  if (problem !== null) {
    problems.push({ path: `${path}/max`, message: problem });
    return null;
  }
  const max = maxOf(feature, own, isExact);
  const call: AggregateCall = {
    name,
    argumentType: argument?.type ?? null,
    parameters: { ...checked.aggregate.parameters, ...(max !== null && { max }) },
    scale: SCALED.has(name) ? scaleOf(argument, source) : null,
  };
  const aggregate = made(call, path, problems);
  return aggregate === null ? null : { call, argument, aggregate, maxRows: isExact ? feature.max! : null };
}

/** Rows that an exact window may keep of one key: they are read and aggregated anew by every lookup. */
const MAX_ROWS = 100_000;

/** An exact window bounds what any aggregate can see, so the bound of the aggregate must not be the lower one. */
function rowsProblem({ max }: WindowFeatureDocument, own: AggregateParameter | null): string | null {
  const greatest = Math.min(MAX_ROWS, own?.greatest ?? MAX_ROWS);
  if (max === undefined)
    return `is missing: an exact window (hop 1us) keeps rows; say how many of the newest, ${greatest} at most`;
  return max <= greatest
    ? null
    : `is ${max}; an exact window of this aggregate keeps ${greatest} rows at most`;
}

function maxProblem(
  { max }: WindowFeatureDocument,
  name: AggregateName,
  own: AggregateParameter | null,
): string | null {
  if (max === undefined) return null;
  if (own === null)
    return `has no effect on ${name} over tiles; leave it out, or make the window exact with "hop": "1us"`;
  const problem = parameterProblem(own, max);
  return problem === null ? null : `of ${name} must be ${problem}`;
}

/** The `max` of an aggregate that has one; in an exact window it never binds. */
function maxOf(
  { max }: WindowFeatureDocument,
  own: AggregateParameter | null,
  isExact: boolean,
): number | null {
  if (own === null) return null;
  return isExact ? own.greatest : (max ?? own.default);
}

/** Aggregates that sum, so that a scale means something (S22). */
const SCALED: ReadonlySet<AggregateName> = new Set([
  'SUM',
  'AVG',
  'VAR_POP',
  'VAR_SAMP',
  'STDDEV_POP',
  'STDDEV_SAMP',
]);

/** The scale of a column that is the argument as it stands. */
function scaleOf(argument: CheckedAggregate['argument'], { columns }: SourceDocument): string | null {
  if (argument?.kind !== 'column') return null;
  return columns.find(({ name }) => name === argument.name)?.scale ?? null;
}

function made(
  { name, argumentType, parameters, scale }: AggregateCall,
  path: string,
  problems: Problem[],
): Aggregate | null {
  const argument = argumentType === null ? null : { type: argumentType, scale };
  try {
    return AGGREGATES[name].make(argument, parameters);
  } catch (error) {
    if (!(error instanceof PlumblineError) || error.code !== 'INVALID_DOCUMENT') throw error;
    problems.push({ path: `${path}/aggregate`, message: error.message });
    return null;
  }
}
