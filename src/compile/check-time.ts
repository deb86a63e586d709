import { closestName } from '../definition/closest-name.js';
import { isTimeZone } from '../definition/time-zone.js';
import { resolveOverload } from './check-overload.js';
import { type CheckContext, type Checked, checkAll } from './checked.js';
import type { OperationId } from './operation/table.js';

import { DATE_PARTS, TIME_PARTS, UNIT_US } from './runtime/time-part.js';
import type { CallNode, ExtractNode, SyntaxNode } from './syntax.js';

/** EXTRACT(part FROM time [AT TIME ZONE zone]). */
export function checkExtract(context: CheckContext, node: ExtractNode): Checked | null {
  const { part, position, zone } = node;
  const operand = context.check(node.argument);
  const zoneName = zone === null ? 'UTC' : checkZone(context, zone);
  const known = [...Object.keys(DATE_PARTS), ...Object.keys(TIME_PARTS), 'DATE'];
  if (!known.includes(part)) return reportPart(context, position, part, known);
  if (operand === null || zoneName === null) return null;
  const written = { name: `EXTRACT(${part})`, position, operands: [operand] };
  if (operand.expression.type === 'DATE' && zone === null && Object.hasOwn(DATE_PARTS, part)) {
    return resolveOverload(context, ['extract_date'], { ...written, parameters: { part } });
  }
  if (part === 'DATE') {
    const parameters = { zone: zoneName };
    return resolveOverload(context, ['date_of_timestamp'], { ...written, parameters });
  }
  const parameters = { part, zone: zoneName };
  return resolveOverload(context, ['extract_timestamp'], { ...written, parameters });
}

/** Functions of times whose arguments are not all values: a part, an interval, a zone. */
export const TIME_CALLS: Readonly<Record<string, (context: CheckContext, node: CallNode) => Checked | null>> =
  {
    TIMESTAMP_DIFF: (context, node) => checkDiff(context, node, 'timestamp_diff', Object.keys(UNIT_US)),
    DATE_DIFF: (context, node) => checkDiff(context, node, 'date_diff', ['DAY']),
    TIMESTAMP_ADD: (context, node) => checkAdd(context, node, 'timestamp_add', Object.keys(UNIT_US)),
    TIMESTAMP_SUB: (context, node) => checkAdd(context, node, 'timestamp_sub', Object.keys(UNIT_US)),
    DATE_ADD: (context, node) => checkAdd(context, node, 'date_add', ['DAY']),
    DATE_SUB: (context, node) => checkAdd(context, node, 'date_sub', ['DAY']),
    DATE: checkDateOf,
  };

function checkDiff(
  context: CheckContext,
  node: CallNode,
  id: OperationId,
  parts: readonly string[],
): Checked | null {
  const [end, start, unit] = node.arguments;
  if (node.arguments.length !== 3 || unit?.kind !== 'name') {
    const message = `write ${node.name}(end, start, part)`;
    return context.report({ position: node.position, message });
  }
  const part = unit.name.toUpperCase();
  if (!parts.includes(part)) return reportPart(context, unit.position, part, parts);
  return resolveTimes(context, node, id, { operands: [end!, start!], part });
}

function checkAdd(
  context: CheckContext,
  node: CallNode,
  id: OperationId,
  parts: readonly string[],
): Checked | null {
  const [time, interval] = node.arguments;
  if (node.arguments.length !== 2 || interval?.kind !== 'interval') {
    const message = `write ${node.name}(time, INTERVAL amount part)`;
    return context.report({ position: node.position, message });
  }
  const { amount, part, position } = interval;
  if (!parts.includes(part)) return reportPart(context, position, part, parts);
  return resolveTimes(context, node, id, { operands: [time!, amount], part });
}

function resolveTimes(
  context: CheckContext,
  { name, position }: CallNode,
  id: OperationId,
  { operands, part }: { operands: readonly SyntaxNode[]; part: string },
): Checked | null {
  const checked = checkAll(context, operands);
  if (checked === null) return null;
  const isTimestamp = id.startsWith('timestamp');
  const written = { name, position, operands: checked };
  return resolveOverload(context, [id], isTimestamp ? { ...written, parameters: { part } } : written);
}

/** DATE(timestamp[, zone]). */
function checkDateOf(context: CheckContext, node: CallNode): Checked | null {
  const [time, zone] = node.arguments;
  const isZone = zone === undefined || (zone.kind === 'literal' && typeof zone.value === 'string');
  if (time === undefined || node.arguments.length > 2 || !isZone) {
    return context.report({ position: node.position, message: "write DATE(timestamp[, 'time zone'])" });
  }
  const operand = context.check(time);
  const name = zone?.kind === 'literal' ? String(zone.value) : 'UTC';
  const zoneName = checkZone(context, { name, position: zone?.position ?? node.position });
  if (operand === null || zoneName === null) return null;
  const written = { name: 'DATE', position: node.position, operands: [operand] };
  return resolveOverload(context, ['date_of_timestamp'], { ...written, parameters: { zone: zoneName } });
}

function checkZone(
  context: CheckContext,
  { name, position }: { name: string; position: number },
): string | null {
  if (name === 'UTC' || isTimeZone(name)) return name;
  const message = `${JSON.stringify(name.slice(0, 64))} is no IANA time zone; write one such as 'America/New_York'`;
  return context.report({ position, message, found: name });
}

function reportPart(context: CheckContext, position: number, part: string, parts: readonly string[]): null {
  const suggestion = closestName(part, parts);
  const expected = parts.join(', ');
  const message = `${part.slice(0, 64)} is no part here; parts are ${expected}`;
  return context.report({ position, message, found: part, expected, ...(suggestion && { suggestion }) });
}
