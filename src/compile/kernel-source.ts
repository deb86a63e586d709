import { PlumblineError } from '../definition/error.js';
import {
  type CallExpression,
  type ColumnExpression,
  type Expression,
  namesIn,
} from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { anyOf, type Emitter, fill, type Operand, zeroOf } from './kernel-operand.js';
import { SPECIAL_FORMS } from './kernel-special.js';
import { DIVISOR, type StrictLowering } from './operation/operation.js';
import { operationOf } from './operation/table.js';

export const EMPTY_BYTES = new Uint8Array(0);
export const EMPTY_ARRAY: readonly never[] = [];

/**
 * Writes the statements that compute expressions. Every value is a pair of variables, so that numbers stay unboxed and
 * every variable keeps one type. `d0`, `m0` are the values and the validity of input 0; `k0` is a constant.
 */
export class KernelSource implements Emitter {
  readonly constants: unknown[] = [];
  /** Slots read so far. */
  readonly inputs = new Map<number, Operand>();
  private readonly lines: string[] = [];
  private readonly inputLines: string[] = [];
  private count = 0;

  constructor(
    private readonly slots: ReadonlyMap<string, number>,
    private readonly layout: 'column' | 'row',
  ) {}

  /** Emits what computes the node and says where its value is. */
  emit(node: Expression): Operand {
    switch (node.kind) {
      case 'literal':
        return node.value === null ? this.nullOf(node.type) : this.constant(node.value);
      case 'column':
        return this.input(node);
      case 'asOf':
        return this.layout === 'column'
          ? { value: 'asOf[i]', isNull: 'false' }
          : { value: 'asOf', isNull: '(asOf === null)' };
      case 'call':
        return this.call(node);
      case 'fitted':
        throw new PlumblineError(
          'INTERNAL',
          `${node.function} over ${namesIn(node).join(', ')} has not been fitted yet`,
        );
    }
  }

  line(code: string): void {
    this.lines.push(code);
  }

  /** A name that no other part of the code has. */
  fresh(): number {
    return this.count++;
  }

  /** Numbers and truth values stand in the code, where engines compute with them unboxed; the rest is handed over. */
  constant(value: unknown): Operand {
    const text = numberLiteral(value);
    if (text !== null) return { value: text, isNull: 'false' };
    this.constants.push(value);
    return { value: `k${this.constants.length - 1}`, isNull: 'false' };
  }

  nullOf(type: ValueType): Operand {
    return { value: zeroOf(type), isNull: 'true' };
  }

  /** Declares a result that the following lines assign. */
  declare(type: ValueType, value: string = zeroOf(type), isNull = 'false'): Operand {
    const id = this.fresh();
    this.line(`let v${id} = ${value}, n${id} = ${isNull};`);
    return { value: `v${id}`, isNull: `n${id}` };
  }

  /** Names a value that nothing assigns again. */
  define(value: string): string {
    if (NAME.test(value)) return value;
    const name = `v${this.fresh()}`;
    this.line(`const ${name} = ${value};`);
    return name;
  }

  /** Inputs first, each read once a row, then everything emitted. */
  body(): string {
    return [...this.inputLines, ...this.lines].join('\n');
  }

  constantsSource(): string {
    return this.constants.map((_, index) => `const k${index} = constants[${index}];`).join('\n');
  }

  private input({ name, type }: ColumnExpression): Operand {
    const slot = this.slots.get(name);
    if (slot === undefined) {
      throw new PlumblineError('INTERNAL', `the kernel reads "${name}", which is no input`);
    }
    const known = this.inputs.get(slot);
    if (known !== undefined) return known;
    const operand = { value: `c${slot}`, isNull: `cn${slot}` };
    const read = this.layout === 'column' ? columnRead(slot, type) : rowRead(slot, type);
    this.inputLines.push(`const c${slot} = ${read.value}, cn${slot} = ${read.isNull};`);
    this.inputs.set(slot, operand);
    return operand;
  }

  private call(node: CallExpression): Operand {
    const { kernel } = operationOf(node.operation);
    if (kernel.kind === 'special') return SPECIAL_FORMS[kernel.emit](this, node);
    return this.strict(
      node,
      kernel,
      node.arguments.map((argument) => this.emit(argument)),
    );
  }

  private strict(node: CallExpression, kernel: StrictLowering, operands: readonly Operand[]): Operand {
    const constants = (kernel.constants?.(node.parameters ?? {}, node) ?? []).map((value) =>
      this.constant(value),
    );
    const values = [...operands, ...constants].map(({ value }) => value);
    const template = kernel.code(node);
    const code = fill(template, values);
    const zeroDivisor = kernel.guard === 'divisor' ? [{ value: '', isNull: `${values[1]} === 0n` }] : [];
    const anyNull = anyOf([...operands, ...zeroDivisor]);
    if (kernel.guard === 'total' && anyNull === 'false') return { value: this.define(code), isNull: 'false' };
    if (isArithmetic(template, node)) return this.arithmetic(kernel.guard, code, anyNull);
    const result = this.declare(node.type, zeroOf(node.type), anyNull);
    this.line(`if (!${result.isNull}) { ${guarded(kernel.guard, code, result)} }`);
    return result;
  }

  /** Computed for NULL as well, of values that nobody reads: no branch, and 64 bits that need no boxing. */
  private arithmetic(guard: StrictLowering['guard'], code: string, anyNull: string): Operand {
    const value = this.define(code);
    if (guard === 'total') return { value, isNull: this.define(anyNull) };
    const either = anyNull === 'false' ? '' : `${anyNull} || `;
    if (guard === 'finite') return { value, isNull: this.define(`${either}!Number.isFinite(${value})`) };
    const wrapped = this.define(`BigInt.asIntN(64, ${value})`);
    return { value: wrapped, isNull: this.define(`${either}${wrapped} !== ${value}`) };
  }
}

function columnRead(slot: number, type: ValueType): Operand {
  const value = type === 'BOOL' ? `d${slot}[i] === 1` : `d${slot}[i]`;
  return { value, isNull: `m${slot} !== null && m${slot}[i] === 0` };
}

/** Arithmetic reads NULL as well, so there it is a zero of its type. */
function rowRead(slot: number, type: ValueType): Operand {
  return { value: `m${slot} ? ${zeroOf(type)} : d${slot}`, isNull: `m${slot}` };
}

/**
 * Whether a template cannot fail on any numbers: operands, numbers and operators that are defined for all of them. So no
 * division of INT64 but by what cannot be 0, no shift of them, and no call but of what IEEE 754 defines.
 */
function isArithmetic(template: string, { type, arguments: operands }: CallExpression): boolean {
  if (![type, ...operands.map((operand) => operand.type)].every((each) => NUMERIC.has(each))) return false;
  const hasIntegers = operands.some((operand) => operand.type !== 'FLOAT64');
  if (!ARITHMETIC.test(template) || /<<|>>|\*\*/.test(template)) return false;
  return !hasIntegers || !/[/%]/.test(template.replaceAll(DIVISOR, '1n').replaceAll(SAFE_DIVISION, ''));
}

/** A number or a truth value as JavaScript; null for anything else. */
function numberLiteral(value: unknown): string | null {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return value < 0n ? `(${value}n)` : `${value}n`;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return value < 0 || Object.is(value, -0) ? `(-${Math.abs(value)})` : String(value);
}

function guarded(guard: StrictLowering['guard'], code: string, { value, isNull }: Operand): string {
  switch (guard) {
    case 'total':
      return `${value} = ${code};`;
    case 'finite':
      return `${value} = ${code}; if (!Number.isFinite(${value})) ${isNull} = true;`;
    case 'int64':
    case 'divisor':
      return `const h = ${code}; ${value} = BigInt.asIntN(64, h); if (${value} !== h) ${isNull} = true;`;
    case 'nullable':
      return `const h = ${code}; if (h === null) ${isNull} = true; else ${value} = h;`;
  }
}

/** By a literal other than 0. */
const SAFE_DIVISION = /[/%] [1-9]\d*n\b/g;
const NAME = /^[a-z]\w*$/;
const NUMERIC: ReadonlySet<ValueType> = new Set<ValueType>(['BOOL', 'INT64', 'FLOAT64', 'TIMESTAMP', 'DATE']);
const ARITHMETIC = /^(?:\$\d|\d+(?:\.\d+)?n?|Math\.(?:abs|floor|ceil|trunc|sqrt)|[-+*/%<>=!&|^~?:() ])+$/;
