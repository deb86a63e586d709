import type { CallExpression } from '../../definition/expression.js';
import { bigqueryText } from './bigquery-literal.js';

/**
 * How BigQuery SQL carries an operation out: never raising where the kernel has NULL (S6), never NaN or an infinity. SQL over
 * `$0`, `$1`, …; null where this node's types or parameters have no equal there, so that a JavaScript function carries it.
 */
export type BigqueryLowering = {
  readonly template: (node: CallExpression, operands: readonly string[]) => string | null;
};

/** The same SQL for all types. */
export function sql(template: string): BigqueryLowering {
  return { template: () => template };
}

/** Any number of operands. */
export function variadic(write: (operands: readonly string[]) => string): BigqueryLowering {
  // Operands go in as they are: they may hold a $ of their own.
  return { template: (_, operands) => write(operands).replaceAll('$', '$$$$') };
}

/** Of the node's part, which is DAY where there is none. */
export function byPart(write: (part: string) => string): BigqueryLowering {
  return { template: ({ parameters }) => write(parameters?.['part'] ?? 'DAY') };
}

/** Of the node's zone as a string literal, UTC where there is none. */
export function byZone(write: (zone: string) => string): BigqueryLowering {
  return { template: (node) => write(zoneLiteral(node)) };
}

/** Of the node's part and zone. */
export function byPartAndZone(write: (part: string, zone: string) => string): BigqueryLowering {
  return { template: (node) => write(node.parameters?.['part'] ?? 'DAY', zoneLiteral(node)) };
}

/** Of the node's format and zone as string literals. */
export function byFormat(write: (format: string, zone: string) => string): BigqueryLowering {
  return {
    template: (node) => write(textLiteral(node.parameters?.['format'] ?? ''), zoneLiteral(node)),
  };
}

function zoneLiteral({ parameters }: CallExpression): string {
  return textLiteral(parameters?.['zone'] ?? 'UTC');
}

/** A text may hold a $, which means an operand in templates. */
function textLiteral(text: string): string {
  return bigqueryText(text).replaceAll('$', '$$$$');
}
