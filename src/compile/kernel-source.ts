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
import type { StrictLowering } from './operation/operation.js';
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

  constant(value: unknown): Operand {
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
    const isBit = type === 'BOOL' && this.layout === 'column';
    const read = this.layout === 'column' ? `d${slot}[i]` : `d${slot}`;
    const isNull = this.layout === 'column' ? `m${slot} !== null && m${slot}[i] === 0` : `m${slot}`;
    this.inputLines.push(`const c${slot} = ${isBit ? `${read} === 1` : read}, cn${slot} = ${isNull};`);
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
    const code = fill(kernel.code(node), values);
    const anyNull = anyOf(operands);
    if (kernel.guard === 'total' && anyNull === 'false') {
      const id = this.fresh();
      this.line(`const v${id} = ${code};`);
      return { value: `v${id}`, isNull: 'false' };
    }
    const result = this.declare(node.type, zeroOf(node.type), anyNull);
    this.line(`if (!${result.isNull}) { ${guarded(kernel.guard, code, result)} }`);
    return result;
  }
}

function guarded(guard: StrictLowering['guard'], code: string, { value, isNull }: Operand): string {
  switch (guard) {
    case 'total':
      return `${value} = ${code};`;
    case 'finite':
      return `${value} = ${code}; if (!Number.isFinite(${value})) ${isNull} = true;`;
    case 'int64':
      return `${value} = ${code}; if (BigInt.asIntN(64, ${value}) !== ${value}) ${isNull} = true;`;
    case 'nullable':
      return `const h = ${code}; if (h === null) ${isNull} = true; else ${value} = h;`;
  }
}
