import type { CallExpression, ColumnExpression } from '../../definition/expression.js';
import type { ValueType } from '../../definition/value-type.js';
import { KernelSource } from '../kernel-source.js';
import { crossingOf } from './bigquery-crossing.js';
import { javascriptLiteral } from './javascript-literal.js';
import { declarationsFor, foreignTo } from './runtime-text.js';

/** The kernel's code for one operation, as parts of a JavaScript function of BigQuery. */
export type KernelText = {
  /** Licences of the code, then what the statements need, each a declaration; without arguments, so the same for every row. */
  readonly declarations: readonly string[];
  /** From arguments to the result. */
  readonly statements: string;
  /** Node APIs and packages that it needs: BigQuery has none of them. */
  readonly foreign: readonly string[];
};

/** The kernel's code for an operation over columns, which are the function's arguments of the same names. */
export function kernelText(node: CallExpression, columns: readonly ColumnExpression[]): KernelText {
  const source = new KernelSource(new Map(columns.map(({ name }, index) => [name, index])), 'row');
  const { value, isNull } = source.emit(node);
  const reads = columns.map(({ name, type }, slot) => readSource(slot, name, type));
  const result = `return ${isNull} ? null : ${crossingOf(node.type).write(value)};`;
  const lines = [...reads, source.body(), result].filter((line) => line !== '');
  const { declarations, code } = declarationsFor(lines.join('\n'));
  const notices = new Set(declarations.map(({ notice }) => notice).filter((notice) => notice !== ''));
  const zeros = ZEROS.filter(([name]) => code.includes(name));
  const constants = source.constants.map(
    (constant, index) => [`k${index}`, javascriptLiteral(constant)] as const,
  );
  return {
    declarations: [
      ...notices,
      ...declarations.map((declaration) => declaration.code),
      ...[...zeros, ...constants].map(([name, text]) => `const ${name} = ${text};`),
    ],
    statements: code,
    foreign: foreignTo(declarations),
  };
}

/**
 * The body of the function of that name. What is made of more than functions is made for the first row only: BigQuery runs
 * the body for every row, in an engine that keeps its globals for a while. A function that finds none makes them again.
 */
export function bodyOf(
  name: string,
  { declarations, statements }: KernelText,
  parameters: readonly string[],
): string {
  if (declarations.every((declaration) => FUNCTION.test(declaration)))
    return ["'use strict';", ...declarations, statements].join('\n');
  const list = parameters.join(', ');
  return [
    "'use strict';",
    `if (globalThis.${name}) return globalThis.${name}(${list});`,
    ...declarations,
    `function answer(${list}) {`,
    statements,
    '}',
    `try { globalThis.${name} = answer; } catch (e) {}`,
    `return answer(${list});`,
  ].join('\n');
}

function readSource(slot: number, name: string, type: ValueType): string {
  return `const m${slot} = ${name} === null || ${name} === undefined, d${slot} = m${slot} ? null : ${crossingOf(type).read(name)};`;
}

const FUNCTION = /^function /;
/** Values of types that generated code has as names, see `kernel-operand.ts`. */
const ZEROS = [
  ['EMPTY_BYTES', 'new Uint8Array(0)'],
  ['EMPTY_ARRAY', '[]'],
] as const;
