import type { CallExpression } from '../../../definition/expression.js';
import type { ValueType } from '../../../definition/value-type.js';
import type { LOGIC } from '../../operation/logic.js';
import { CARRIED, type GraphLowering, NUMBERS } from '../graph-lowering.js';
import type { GraphValues } from '../graph-value.js';

/** Comparison and logic (S7); null where the graph refuses the operation. */
export const GRAPH_LOGIC: Readonly<Record<keyof typeof LOGIC, GraphLowering | null>> = {
  equal: compared('Equal', true),
  not_equal: compared('NotEqual', true),
  less: compared('Less', false),
  less_or_equal: compared('LessEqual', false),
  greater: compared('Greater', false),
  greater_or_equal: compared('GreaterEqual', false),
  between: {
    takes: NUMBERS,
    lower: (values, [subject, low, high]) => {
      const above = values.truth(values.compare('GreaterEqual', subject!, low!), [subject!, low!]);
      const below = values.truth(values.compare('LessEqual', subject!, high!), [subject!, high!]);
      return all(values, [above, below]);
    },
  },
  in: {
    takes: EQUALITY(),
    refuse: refuseTwoStrings,
    lower: (values, [subject, ...items]) =>
      any(
        values,
        items.map((item) => values.truth(values.compare('Equal', subject!, item), [subject!, item])),
      ),
  },
  is_distinct: {
    takes: EQUALITY(),
    refuse: refuseTwoStrings,
    lower: (values, [a, b]) => {
      const bothMissing = values.both(values.isMissing(a!), values.isMissing(b!));
      return values.truth(values.both(values.compare('NotEqual', a!, b!), values.opposite(bothMissing)));
    },
  },
  is_null: { takes: CARRIED, lower: (values, [value]) => values.truth(values.isMissing(value!)) },
  is_true: { takes: NUMBERS, lower: (values, [value]) => values.truth(values.isTrue(value!)) },
  is_false: {
    takes: NUMBERS,
    lower: (values, [value]) => values.truth(values.compare('Equal', value!, values.zero)),
  },
  and: { takes: NUMBERS, lower: all },
  or: { takes: NUMBERS, lower: any },
  not: { takes: NUMBERS, lower: (values, [value]) => values.float('Sub', values.one, value!) },
  case: {
    takes: CARRIED,
    lower: (values, operands) => branches(values, operands, (when) => values.isTrue(when)),
  },
  case_match: {
    takes: CARRIED,
    refuse: (node) => refuseWholeNumbers(node.arguments[0]!.type) ?? refuseTwoStrings(candidatesOf(node)),
    lower: (values, [subject, ...operands]) =>
      branches(values, operands, (when) => values.compare('Equal', subject!, when)),
  },
  coalesce: {
    takes: CARRIED,
    lower: (values, operands) =>
      operands.reduceRight((rest, value) => values.choose(values.isMissing(value), rest, value)),
  },
  nullif: {
    takes: EQUALITY(),
    refuse: refuseTwoStrings,
    lower: (values, [a, b]) => values.choose(values.compare('Equal', a!, b!), values.missing, a!),
  },
  greatest: extreme('GreaterEqual'),
  least: extreme('LessEqual'),
};

function EQUALITY(): readonly ValueType[] {
  return [...NUMBERS, 'STRING'];
}

function compared(op: Parameters<GraphValues['compare']>[0], ofStrings: boolean): GraphLowering {
  return {
    takes: ofStrings ? EQUALITY() : NUMBERS,
    refuse: refuseTwoStrings,
    lower: (values, [a, b]) => values.truth(values.compare(op, a!, b!), [a!, b!]),
  };
}

/** Two strings that the graph does not know have one code, so one side must be written out. */
function refuseTwoStrings({ arguments: operands }: Pick<CallExpression, 'arguments'>): string | null {
  const open = operands.filter(({ kind, type }) => type === 'STRING' && kind !== 'literal');
  const subject = operands[0]?.type === 'STRING' && operands[0].kind !== 'literal';
  if (open.length < 2 || (subject && open.length === 1)) return null;
  return 'compares a string with literals alone there';
}

function refuseWholeNumbers(type: ValueType): string | null {
  return type === 'INT64' ? 'compares no INT64 there; write CAST(… AS FLOAT64)' : null;
}

/** The subject of a CASE and what it is compared with. */
function candidatesOf({ arguments: [subject, ...rest] }: CallExpression): Pick<CallExpression, 'arguments'> {
  const candidates = rest.slice(0, -1).filter((_, index) => index % 2 === 0);
  return { arguments: [subject!, ...candidates] };
}

/** FALSE when one is FALSE, else NULL when one is NULL: a product, once a FALSE has settled it. */
function all(values: GraphValues, operands: readonly string[]): string {
  const anyFalse = values.either(operands.map((value) => values.compare('Equal', value, values.zero)));
  const product = operands.reduce((a, b) => values.float('Mul', a, b));
  return values.choose(anyFalse, values.zero, product);
}

/** TRUE when one is TRUE, else NULL when one is NULL. */
function any(values: GraphValues, operands: readonly string[]): string {
  const anyTrue = values.either(operands.map((value) => values.isTrue(value)));
  const sum = operands.reduce((a, b) => values.float('AddV2', a, b));
  return values.choose(anyTrue, values.one, sum);
}

/** The value behind the first condition that holds, else the last operand. */
function branches(values: GraphValues, operands: readonly string[], holds: (when: string) => string): string {
  const pairs = operands.slice(0, -1);
  let result = operands.at(-1)!;
  for (let at = pairs.length - 2; at >= 0; at -= 2)
    result = values.choose(holds(pairs[at]!), pairs[at + 1]!, result);
  return result;
}

function extreme(op: 'GreaterEqual' | 'LessEqual'): GraphLowering {
  return {
    takes: NUMBERS,
    lower: (values, operands) =>
      values.unlessMissing(
        operands.reduce((best, next) => values.choose(values.compare(op, best, next), best, next)),
        operands,
      ),
  };
}
