import { resolveOverload } from './check-overload.js';
import { partOfNode, reportForm, reportPart } from './check-time-parameter.js';
import { type CheckContext, type Checked, callOf, checkAll, checkedOf } from './checked.js';
import { coerce, coercionCost } from './coercion.js';
import { type OperationId, OVERLOADS } from './operation/table.js';
import { DATE_UNITS } from './runtime/date-unit.js';
import { UNIT_US } from './runtime/timestamp.js';
import type { CallNode, IntervalNode, SyntaxNode } from './syntax.js';

/** DATE_ADD, TIMESTAMP_ADD and their like: `(time, INTERVAL amount part)`. DATE_ADD of a timestamp is TIMESTAMP_ADD. */
export function checkShifted(context: CheckContext, node: CallNode, way: 'ADD' | 'SUB'): Checked | null {
  const { name, position, arguments: given } = node;
  const [time, interval] = given;
  if (time === undefined || interval?.kind !== 'interval' || given.length !== 2) {
    return reportForm(context, node, `${name}(time, INTERVAL amount part)`);
  }
  const operands = checkAll(context, [time, interval.amount]);
  if (operands === null) return null;
  const [value, amount] = operands as readonly [Checked, Checked];
  const isTimestamp = name.startsWith('TIMESTAMP') || value.expression.type === 'TIMESTAMP';
  return resolveShift(context, { name, position, value, amount }, { isTimestamp, interval, way });
}

/** `a + b` and `a - b`: of numbers, of a date and days, of a timestamp and an interval. */
export function checkSum(context: CheckContext, node: CallNode): Checked | null {
  const { name, position, arguments: given } = node;
  const [left, right] = given as readonly [SyntaxNode, SyntaxNode];
  if (right.kind === 'interval') return checkIntervalSum(context, node, { time: left, interval: right });
  if (left.kind === 'interval' && name === '+') {
    return checkIntervalSum(context, node, { time: right, interval: left });
  }
  const operands = checkAll(context, given);
  return operands && resolveSum(context, { name, position, operands });
}

/** `date + days`, `days + date` and `date - days`; everything else is numbers, or wrong. */
function resolveSum(
  context: CheckContext,
  written: { readonly name: string; readonly position: number; readonly operands: readonly Checked[] },
): Checked | null {
  const { name, position, operands } = written;
  const [a, b] = operands as readonly [Checked, Checked];
  const types = operands.map(({ expression, isNull }) => (isNull ? 'NULL' : expression.type));
  const instead = insteadOf(name, types);
  if (instead !== null) {
    const message = `${types.join(` ${name} `)} is not in the language; ${instead}`;
    return context.report({ position, message, found: types.join(', ') });
  }
  if (types[0] === 'DATE') return resolveOverload(context, [name === '+' ? 'date_add' : 'date_sub'], written);
  if (types[1] === 'DATE' && name === '+') {
    return resolveOverload(context, ['date_add'], { ...written, operands: [b, a] });
  }
  return resolveOverload(context, OVERLOADS.get(name)!, written);
}

/** DATE_DIFF and TIMESTAMP_DIFF: `(end, start, part)`. DATE_DIFF of timestamps is TIMESTAMP_DIFF. */
export function checkDifference(context: CheckContext, node: CallNode): Checked | null {
  const { name, position, arguments: given } = node;
  const [end, start, partNode] = given;
  const [first, part] = [partOfNode(end), partOfNode(partNode)];
  const isFirst = first !== null && isPart(first) && (part === null || !isPart(part));
  if (end === undefined || start === undefined || part === null || given.length !== 3 || isFirst) {
    return reportForm(context, node, `${name}(end, start, part)${isFirst ? ': the part comes last' : ''}`);
  }
  const operands = checkAll(context, [end, start]);
  if (operands === null) return null;
  const hasTimestamp = operands.some(({ expression }) => expression.type === 'TIMESTAMP');
  const isTimestamp = name.startsWith('TIMESTAMP') || hasTimestamp;
  const parts = Object.keys(isTimestamp ? UNIT_US : DATE_UNITS);
  if (!parts.includes(part)) return reportPart(context, { part, position: partNode!.position }, parts);
  const written = { name, position, operands };
  if (isTimestamp) return resolveOverload(context, ['timestamp_diff'], { ...written, parameters: { part } });
  return resolveOverload(
    context,
    ['date_diff'],
    part === 'DAY' ? written : { ...written, parameters: { part } },
  );
}

type Shifted = {
  readonly name: string;
  readonly position: number;
  readonly value: Checked;
  readonly amount: Checked;
};

function resolveShift(
  context: CheckContext,
  { name, position, value, amount }: Shifted,
  {
    isTimestamp,
    interval,
    way,
  }: { readonly isTimestamp: boolean; readonly interval: IntervalNode; readonly way: 'ADD' | 'SUB' },
): Checked | null {
  const { part } = interval;
  const parts: readonly string[] = isTimestamp ? Object.keys(UNIT_US) : DATE_AMOUNTS;
  if (!parts.includes(part)) return reportPart(context, { part, position: interval.position }, parts);
  const id: OperationId = isTimestamp ? SHIFTS[way].timestamp : SHIFTS[way].date;
  const written = { name, position, operands: [value, amount] };
  const hasPart = isTimestamp || part !== 'DAY';
  return resolveOverload(context, [id], hasPart ? { ...written, parameters: { part } } : written);
}

/** `timestamp + INTERVAL amount part`. With a date GoogleSQL gives a DATETIME, a type that is not in the language. */
function checkIntervalSum(
  context: CheckContext,
  { name, position }: CallNode,
  { time, interval }: { readonly time: SyntaxNode; readonly interval: IntervalNode },
): Checked | null {
  const operands = checkAll(context, [time, interval.amount]);
  if (operands === null) return null;
  const [value, amount] = operands as readonly [Checked, Checked];
  const { type } = value.expression;
  const way = name === '+' ? 'ADD' : 'SUB';
  if (value.isNull || type !== 'TIMESTAMP') {
    const message =
      type === 'DATE' || type === 'STRING'
        ? `a date ${name} INTERVAL is a DATETIME, which is no type of the language; write DATE_${way}(date, INTERVAL …)`
        : `an INTERVAL is added to a TIMESTAMP, not to ${value.isNull ? 'NULL' : type}`;
    return context.report({ position, message, found: type, expected: 'TIMESTAMP' });
  }
  if (interval.part !== 'WEEK') {
    return resolveShift(context, { name, position, value, amount }, { isTimestamp: true, interval, way });
  }
  return checkWeeks(context, { name, position, value, amount }, way);
}

/** Weeks of an interval are seven days each; TIMESTAMP_ADD does not take them. */
function checkWeeks(
  context: CheckContext,
  { name, position, value, amount }: Shifted,
  way: 'ADD' | 'SUB',
): Checked | null {
  const parameters = { part: 'DAY' };
  if (coercionCost(amount, 'INT64') === null) {
    return resolveOverload(context, [SHIFTS[way].timestamp], {
      name,
      position,
      operands: [value, amount],
      parameters,
    });
  }
  const seven = { kind: 'literal', type: 'INT64', value: 7n } as const;
  const days = checkedOf(
    callOf('multiply_int64', 'INT64', [coerce(amount, 'INT64'), seven]),
    amount.position,
  );
  return resolveOverload(context, [SHIFTS[way].timestamp], {
    name,
    position,
    operands: [value, days],
    parameters,
  });
}

function insteadOf(name: string, types: readonly string[]): string | null {
  const areTimes = types.every((type) => type === 'DATE' || type === 'TIMESTAMP');
  if (areTimes && name === '-') {
    const hasTimestamp = types.includes('TIMESTAMP');
    return hasTimestamp ? 'write TIMESTAMP_DIFF(end, start, SECOND)' : 'write DATE_DIFF(end, start, DAY)';
  }
  return types.includes('TIMESTAMP') ? `write timestamp ${name} INTERVAL amount SECOND` : null;
}

function isPart(name: string): boolean {
  return Object.hasOwn(DATE_UNITS, name) || Object.hasOwn(UNIT_US, name);
}

const SHIFTS = {
  ADD: { timestamp: 'timestamp_add', date: 'date_add' },
  SUB: { timestamp: 'timestamp_sub', date: 'date_sub' },
} as const;
const DATE_AMOUNTS = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const;
