import { FITTED_FUNCTIONS } from '../definition/expression.js';
import { EXPANSIONS } from './check-expansion.js';

/**
 * Why a function, in capitals, does not stand behind a name and a dot, and what to write instead; null where it does:
 * `ML.STANDARD_SCALER(x)` as in BigQuery ML, and `SAFE.LN(x)`, which is LN(x), because every function is safe here (S6). As
 * GoogleSQL's analyser has it, SAFE is for scalar functions, and not for CAST and EXTRACT, which are no function calls there.
 */
export function prefixMistake(prefix: string, name: string): { message: string; suggestion?: string } | null {
  switch (prefix) {
    case 'ML':
      if (OF_BIGQUERY_ML.has(name)) return null;
      return {
        message: `there is no function ML.${shown(name)}; only preprocessing functions stand behind ML`,
        suggestion: `${shown(name)}(…)`,
      };
    case 'SAFE':
      if (SYNTAX.has(name))
        return { message: `${name} takes no SAFE before it`, suggestion: 'SAFE_CAST(… AS type)' };
      if (!UNSAFE.has(name)) return null;
      return { message: `${name} takes no SAFE before it`, suggestion: `${name}(…)` };
    default:
      return { message: `there are no functions of ${shown(prefix)}` };
  }
}

/** Whether a name, in capitals, is one of a function and not of an operator: `` `AND`(a, b) `` and `` `+`(a, b) `` are no calls. */
export function isFunctionName(upper: string): boolean {
  return /^[A-Z_][A-Z_0-9]*$/.test(upper) && !OPERATORS.has(upper);
}

const OPERATORS: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN', 'LIKE', 'CASE']);

/** TOKENS is our own. */
const OF_BIGQUERY_ML: ReadonlySet<string> = new Set(
  [...FITTED_FUNCTIONS, ...EXPANSIONS].filter((name) => name !== 'TOKENS'),
);

const SYNTAX: ReadonlySet<string> = new Set(['CAST', 'SAFE_CAST']);

/** No scalar functions of GoogleSQL's. */
const UNSAFE: ReadonlySet<string> = new Set([...FITTED_FUNCTIONS, ...EXPANSIONS, 'AS_OF', 'EXTRACT']);

function shown(name: string): string {
  return name.slice(0, 64);
}
