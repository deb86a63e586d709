import fc from 'fast-check';
import type { ParameterType } from '../../src/compile/operation/operation.js';
import { OPERATIONS, type OperationId } from '../../src/compile/operation/table.js';
import type { CallExpression, Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import {
  elementTypeOf,
  SCALAR_TYPES,
  type ScalarType,
  type ValueType,
} from '../../src/definition/value-type.js';
import { DOMAINS } from './domain.js';
import type { Row } from './oracle.js';
import { HOSTILE } from './values.js';

/** Columns of every row: two of each scalar type and one array. */
export const COLUMNS: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ...SCALAR_TYPES.flatMap((type) => [1, 2].map((n) => [`${type.toLowerCase()}_${n}`, type] as const)),
  ['array_1', 'ARRAY<FLOAT64>'],
]);

/** Every operation, in the order in which cases take turns as their root. */
export const OPERATION_IDS = Object.keys(OPERATIONS) as readonly OperationId[];

/** A row of hostile values, one in eight of them NULL. */
export const ROW: fc.Arbitrary<Row> = fc
  .tuple(...[...COLUMNS.values()].map((type) => fc.option(valuesOf(type), { freq: 7, nil: null })))
  .map((values) => new Map([...COLUMNS.keys()].map((name, index) => [name, values[index]!])));

/** A typed call of an operation whose arguments nest up to `depth` further operations. */
export function callOf(id: OperationId, depth: number): fc.Arbitrary<Expression> {
  return typeVariableOf(id).chain((variable) => callWith(id, variable, depth));
}

/** The same, compared with a literal: there optimisers rewrite what stands beside it. */
export function comparedCallOf(id: OperationId, depth: number): fc.Arbitrary<Expression> {
  const comparison = fc.constantFrom(...COMPARISONS);
  return callOf(id, depth).chain((left) => {
    if (elementTypeOf(left.type) !== null) return fc.constant(left);
    return fc
      .tuple(comparison, literalOf(left.type))
      .map(([operation, right]) => ({ kind: 'call', operation, type: 'BOOL', arguments: [left, right] }));
  });
}

function callWith(id: OperationId, variable: ValueType, depth: number): fc.Arbitrary<Expression> {
  const type = instanceOf(OPERATIONS[id].result, variable);
  return fc
    .tuple(argumentsOf(id, variable, depth), parametersOf(id))
    .map(([operands, parameters]): CallExpression => {
      const node = { kind: 'call', operation: id, type, arguments: operands } as const;
      return Object.keys(parameters).length === 0 ? node : { ...node, parameters };
    });
}

function argumentsOf(
  id: OperationId,
  variable: ValueType,
  depth: number,
): fc.Arbitrary<readonly Expression[]> {
  if (id === 'case') return branches(fc.constant([]), 'BOOL', variable, depth);
  if (id === 'case_match') {
    return scalarType().chain((type) =>
      branches(
        expressionOf(type, depth).map((x) => [x]),
        type,
        variable,
        depth,
      ),
    );
  }
  const { arguments: declared, variadic } = OPERATIONS[id];
  const types = declared.map((type) => instanceOf(type, variable));
  const fixed = fc.tuple(
    ...types.map((type, place) => argumentOf(id, place, expressionOf(type, depth), type)),
  );
  if (!variadic) return fixed;
  const rest = fc.array(expressionOf(types.at(-1)!, depth), { maxLength: 3 });
  return fc.tuple(fixed, rest).map(([first, more]) => [...first, ...more]);
}

function branches(
  first: fc.Arbitrary<readonly Expression[]>,
  when: ValueType,
  result: ValueType,
  depth: number,
): fc.Arbitrary<readonly Expression[]> {
  const pair = fc.tuple(expressionOf(when, depth), expressionOf(result, depth));
  const pairs = fc.array(pair, { minLength: 1, maxLength: 2 });
  return fc
    .tuple(first, pairs, expressionOf(result, depth))
    .map(([x, list, last]) => [...x, ...list.flat(), last]);
}

/** An argument: any expression, or two times in three what the operation's domain wants there. */
function argumentOf(
  id: OperationId,
  place: number,
  any: fc.Arbitrary<Expression>,
  type: ValueType,
): fc.Arbitrary<Expression> {
  const domain = DOMAINS[id];
  const values = domain?.arguments?.[place];
  if (values === undefined) return any;
  const wanted = values.map((value): Expression => ({ kind: 'literal', type, value }));
  if (domain?.constants?.includes(place)) return wanted;
  return fc.oneof({ arbitrary: wanted, weight: 2 }, { arbitrary: any, weight: 1 });
}

function instanceOf(type: ParameterType, variable: ValueType): ValueType {
  if (type === 'ARRAY<T>') return `ARRAY<${variable as ScalarType}>`;
  return type === 'T' ? variable : type;
}

/** An expression of a type: a column, a literal, or an operation that gives the type. */
function expressionOf(type: ValueType, depth: number): fc.Arbitrary<Expression> {
  const key = `${type} ${depth}`;
  const known = MEMO.get(key);
  if (known !== undefined) return known;
  const names = [...COLUMNS].filter(([, columnType]) => columnType === type).map(([name]) => name);
  const leaves = [
    {
      arbitrary: fc.constantFrom(...names).map((name): Expression => ({ kind: 'column', type, name })),
      weight: 3,
    },
    { arbitrary: literalOf(type), weight: 2 },
    ...(type === 'TIMESTAMP'
      ? [{ arbitrary: fc.constant<Expression>({ kind: 'asOf', type }), weight: 1 }]
      : []),
  ];
  const calls = depth <= 0 ? [] : OPERATION_IDS.flatMap((id) => callsGiving(id, type, depth - 1));
  const call = calls.length === 0 ? [] : [{ arbitrary: fc.oneof(...calls), weight: 6 }];
  const made = fc.oneof(...leaves, ...call);
  MEMO.set(key, made);
  return made;
}

function callsGiving(id: OperationId, type: ValueType, depth: number): readonly fc.Arbitrary<Expression>[] {
  const { result, typeVariable } = OPERATIONS[id];
  if (result === 'T' || result === 'ARRAY<T>') {
    const variable = result === 'T' ? type : elementTypeOf(type);
    const fits = variable !== null && (elementTypeOf(variable) === null || typeVariable === 'any');
    return fits ? [fc.constant(id).chain(() => callWith(id, variable, depth))] : [];
  }
  return result === type ? [fc.constant(id).chain(() => callOf(id, depth))] : [];
}

function typeVariableOf(id: OperationId): fc.Arbitrary<ValueType> {
  if (OPERATIONS[id].typeVariable !== 'any') return scalarType();
  return fc.oneof(
    { arbitrary: scalarType(), weight: 9 },
    { arbitrary: fc.constant('ARRAY<FLOAT64>' as const), weight: 1 },
  );
}

function scalarType(): fc.Arbitrary<ScalarType> {
  return fc.constantFrom(...SCALAR_TYPES);
}

function literalOf(type: ValueType): fc.Arbitrary<Expression> {
  return fc.option(valuesOf(type), { freq: 9, nil: null }).map((value) => ({ kind: 'literal', type, value }));
}

function valuesOf(type: ValueType): fc.Arbitrary<Value> {
  const element = elementTypeOf(type);
  return element === null
    ? HOSTILE[type as ScalarType]
    : fc.array(HOSTILE[element] as fc.Arbitrary<Exclude<Value, null>>, { maxLength: 3 });
}

function parametersOf(id: OperationId): fc.Arbitrary<Readonly<Record<string, string>>> {
  return DOMAINS[id]?.parameters ?? fc.constant({});
}

const COMPARISONS = [
  'equal',
  'not_equal',
  'less',
  'less_or_equal',
  'greater',
  'greater_or_equal',
  'is_distinct',
  'in',
] as const;
const MEMO = new Map<string, fc.Arbitrary<Expression>>();
