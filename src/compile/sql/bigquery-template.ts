import type { CallExpression } from '../../definition/expression.js';

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
