import { resolveOverload } from './check-overload.js';
import {
  checkFormat,
  checkParseFormat,
  checkZone,
  checkZoneName,
  partOfNode,
  reportForm,
  reportPart,
} from './check-time-parameter.js';
import { checkDifference, checkShifted, checkSum } from './check-time-shift.js';
import { type CheckContext, type Checked, checkAll, checkedOf } from './checked.js';
import { OPERATIONS, type OperationId } from './operation/table.js';
import { DATE_PARTS } from './runtime/date-part.js';
import { DATE_UNITS } from './runtime/date-unit.js';
import { DATE_STEPS, TIMESTAMP_STEPS } from './runtime/parse-element.js';
import { DATE_ELEMENTS, TIMESTAMP_ELEMENTS } from './runtime/time-format.js';
import { TIME_PARTS } from './runtime/timestamp.js';
import { CLOCK_UNITS } from './runtime/timestamp-trunc.js';
import type { CallNode, ExtractNode } from './syntax.js';

type Rule = (context: CheckContext, node: CallNode) => Checked | null;

/** Functions and operators of times, whose arguments are not all values: a part, an interval, a zone, a format. */
export const TIME_CALLS: Readonly<Record<string, Rule>> = {
  DATE: checkDateOf,
  TIMESTAMP: checkTimestampOf,
  STRING: checkStringOf,
  DATE_ADD: (context, node) => checkShifted(context, node, 'ADD'),
  DATE_SUB: (context, node) => checkShifted(context, node, 'SUB'),
  TIMESTAMP_ADD: (context, node) => checkShifted(context, node, 'ADD'),
  TIMESTAMP_SUB: (context, node) => checkShifted(context, node, 'SUB'),
  '+': checkSum,
  '-': checkSum,
  DATE_DIFF: checkDifference,
  TIMESTAMP_DIFF: checkDifference,
  DATE_TRUNC: checkTrunc,
  TIMESTAMP_TRUNC: checkTrunc,
  LAST_DAY: checkLastDay,
  FORMAT_DATE: (context, node) =>
    checkFormatted(context, node, { id: 'format_date', elements: DATE_ELEMENTS }),
  FORMAT_TIMESTAMP: (context, node) =>
    checkFormatted(context, node, { id: 'format_timestamp', elements: TIMESTAMP_ELEMENTS }),
  PARSE_DATE: (context, node) => checkFormatted(context, node, { id: 'parse_date', elements: DATE_STEPS }),
  PARSE_TIMESTAMP: (context, node) =>
    checkFormatted(context, node, { id: 'parse_timestamp', elements: TIMESTAMP_STEPS }),
};

/** EXTRACT(part FROM time [AT TIME ZONE zone]). */
export function checkExtract(context: CheckContext, node: ExtractNode): Checked | null {
  const { part, position, zone } = node;
  const operand = context.check(node.argument);
  const zoneName = zone === null ? 'UTC' : checkZoneName(context, zone);
  const known = [...Object.keys(DATE_PARTS), ...Object.keys(TIME_PARTS), 'DATE'];
  if (!known.includes(part)) return reportPart(context, { part, position }, known);
  if (operand === null || zoneName === null) return null;
  const written = { name: `EXTRACT(${part})`, position, operands: [operand] };
  const isDate = operand.expression.type === 'DATE' && !operand.isNull && Object.hasOwn(DATE_PARTS, part);
  if (isDate && zone !== null) {
    const message = 'a DATE has no time of day, so no time zone changes it; leave AT TIME ZONE out';
    return context.report({ position: zone.position, message });
  }
  if (isDate) return resolveOverload(context, ['extract_date'], { ...written, parameters: { part } });
  if (part === 'DATE') {
    return resolveOverload(context, ['date_of_timestamp'], { ...written, parameters: { zone: zoneName } });
  }
  const parameters = { part, zone: zoneName };
  return resolveOverload(context, ['extract_timestamp'], { ...written, parameters });
}

/** DATE(timestamp[, zone]), DATE(year, month, day), and DATE of a date. */
function checkDateOf(context: CheckContext, node: CallNode): Checked | null {
  const { name, position, arguments: given } = node;
  if (given.length === 3) {
    const operands = checkAll(context, given);
    return operands && resolveOverload(context, ['date_of_parts'], { name, position, operands });
  }
  return checkConversion(context, node, {
    form: "DATE(timestamp[, 'time zone']) or DATE(year, month, day)",
    same: 'DATE',
    plain: ['date_of_timestamp'],
    zoned: ['date_of_timestamp'],
  });
}

/** TIMESTAMP(date or string[, zone]), and TIMESTAMP of a timestamp. */
function checkTimestampOf(context: CheckContext, node: CallNode): Checked | null {
  return checkConversion(context, node, {
    form: "TIMESTAMP(date or string[, 'time zone'])",
    same: 'TIMESTAMP',
    plain: ['cast_string_timestamp', 'cast_date_timestamp'],
    zoned: ['timestamp_of_text', 'timestamp_of_date'],
  });
}

/** STRING(timestamp[, zone]) and STRING(date). */
function checkStringOf(context: CheckContext, node: CallNode): Checked | null {
  return checkConversion(context, node, {
    form: "STRING(timestamp[, 'time zone']) or STRING(date)",
    same: null,
    plain: ['cast_timestamp_string', 'cast_date_string'],
    zoned: ['string_of_timestamp'],
  });
}

type Conversion = {
  readonly form: string;
  /** The type of which it changes nothing. */
  readonly same: 'DATE' | 'TIMESTAMP' | null;
  readonly plain: readonly OperationId[];
  readonly zoned: readonly OperationId[];
};

function checkConversion(
  context: CheckContext,
  node: CallNode,
  { form, same, plain, zoned }: Conversion,
): Checked | null {
  const { name, position, arguments: given } = node;
  const [value, zone] = given;
  if (value === undefined || given.length > 2) return reportForm(context, node, form);
  const operand = context.check(value);
  const zoneName = checkZone(context, zone);
  if (operand === null || zoneName === null) return null;
  const written = { name, position, operands: [operand] };
  if (zone === undefined && operand.expression.type === same && !operand.isNull) {
    return checkedOf(operand.expression, position);
  }
  if (zone === undefined && !plain.includes('date_of_timestamp'))
    return resolveOverload(context, plain, written);
  const ids = zone === undefined ? plain : zoned;
  return resolveOverload(context, ids, { ...written, parameters: { zone: zoneName } });
}

/** DATE_TRUNC(date, part) and TIMESTAMP_TRUNC(timestamp, part[, zone]); DATE_TRUNC of a timestamp is the latter. */
function checkTrunc(context: CheckContext, node: CallNode): Checked | null {
  const { name, position, arguments: given } = node;
  const [value, partNode, zone] = given;
  const part = partOfNode(partNode);
  if (value === undefined || part === null || given.length > 3) {
    return reportForm(context, node, `${name}(time, part[, 'time zone'])`);
  }
  const operand = context.check(value);
  const zoneName = checkZone(context, zone);
  if (operand === null || zoneName === null) return null;
  const isTimestamp = name === 'TIMESTAMP_TRUNC' || operand.expression.type === 'TIMESTAMP';
  const parts = [...(isTimestamp ? Object.keys(CLOCK_UNITS) : []), ...Object.keys(DATE_UNITS)];
  if (!parts.includes(part)) return reportPart(context, { part, position: partNode!.position }, parts);
  const written = { name, position, operands: [operand] };
  if (isTimestamp) {
    return resolveOverload(context, ['timestamp_trunc'], {
      ...written,
      parameters: { part, zone: zoneName },
    });
  }
  if (zone === undefined)
    return resolveOverload(context, ['date_trunc'], { ...written, parameters: { part } });
  const message = 'a DATE has no time of day, so no time zone changes it; write DATE_TRUNC(date, part)';
  return context.report({ position: zone.position, message });
}

/** LAST_DAY(date[, part]). */
function checkLastDay(context: CheckContext, node: CallNode): Checked | null {
  const { name, position, arguments: given } = node;
  const [value, partNode] = given;
  const part = partNode === undefined ? 'MONTH' : partOfNode(partNode);
  if (value === undefined || part === null || given.length > 2) {
    return reportForm(context, node, 'LAST_DAY(date[, part])');
  }
  const parts = Object.keys(DATE_UNITS).filter((each) => each !== 'DAY');
  if (!parts.includes(part)) return reportPart(context, { part, position: partNode!.position }, parts);
  const operand = context.check(value);
  if (operand === null) return null;
  return resolveOverload(context, ['last_day'], {
    name,
    position,
    operands: [operand],
    parameters: { part },
  });
}

type Formatting = { readonly id: OperationId; readonly elements: Readonly<Record<string, unknown>> };

/** FORMAT_…('format', time[, zone]) and PARSE_…('format', string[, zone]). */
function checkFormatted(context: CheckContext, node: CallNode, { id, elements }: Formatting): Checked | null {
  const { name, position, arguments: given } = node;
  const [formatNode, value, zone] = given;
  const takesZone = id.endsWith('timestamp');
  if (formatNode === undefined || value === undefined || given.length > (takesZone ? 3 : 2)) {
    return reportForm(context, node, OPERATIONS[id].form ?? name);
  }
  const check = name.startsWith('PARSE') ? checkParseFormat : checkFormat;
  const format = check(context, formatNode, elements);
  const operand = context.check(value);
  const zoneName = checkZone(context, zone);
  if (format === null || operand === null || zoneName === null) return null;
  const parameters = takesZone ? { format, zone: zoneName } : { format };
  return resolveOverload(context, [id], { name, position, operands: [operand], parameters });
}
