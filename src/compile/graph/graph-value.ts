import { FLOAT32_MAX } from './float32.js';
import { dataType, type GraphBuilder } from './graph-builder.js';

/**
 * A value of an expression in a graph: the name of a float32 node of shape [rows], or [] where it is the same for every
 * row. NaN is NULL (S3 knows no other NaN); BOOL is 0 or 1; STRING is a code of the shared vocabulary, see
 * `graph-vocabulary.ts`. A condition is a bool node of the same shapes and never NULL.
 */
export class GraphValues {
  readonly missing: string;
  readonly zero: string;
  readonly one: string;

  constructor(readonly builder: GraphBuilder) {
    this.missing = builder.number(Number.NaN);
    this.zero = builder.number(0);
    this.one = builder.number(1);
  }

  /** An arithmetic operation of TensorFlow's on float32. */
  float(op: string, ...operands: readonly string[]): string {
    return this.builder.op(op, operands, { T: dataType('float32') });
  }

  /** A comparison of two values; FALSE where one is NULL, but for NotEqual. */
  compare(
    op: 'Equal' | 'NotEqual' | 'Less' | 'LessEqual' | 'Greater' | 'GreaterEqual',
    a: string,
    b: string,
  ): string {
    return this.builder.op(op, [a, b], { T: dataType('float32') });
  }

  both(a: string, b: string): string {
    return this.builder.op('LogicalAnd', [a, b]);
  }

  either(conditions: readonly string[]): string {
    return conditions.reduce((a, b) => this.builder.op('LogicalOr', [a, b]));
  }

  opposite(condition: string): string {
    return this.builder.op('LogicalNot', [condition]);
  }

  isMissing(value: string): string {
    return this.builder.op('IsNan', [value], { T: dataType('float32') });
  }

  /** `a` where the condition holds, else `b`. */
  choose(condition: string, a: string, b: string): string {
    return this.builder.op('SelectV2', [condition, a, b], { T: dataType('float32') });
  }

  /** A magnitude with the sign of `x`, `x` itself where that is 0 or −0; tfjs's own Sign takes small numbers for 0 on WebAssembly. */
  withSignOf(x: string, magnitude: string): string {
    const positive = this.choose(this.compare('Greater', x, this.zero), magnitude, x);
    return this.choose(this.compare('Less', x, this.zero), this.float('Neg', magnitude), positive);
  }

  /** A condition as a BOOL, NULL where one of the values is. */
  truth(condition: string, unlessMissing: readonly string[] = []): string {
    return this.unlessMissing(this.choose(condition, this.one, this.zero), unlessMissing);
  }

  /** Whether a BOOL is TRUE: neither FALSE nor NULL. */
  isTrue(value: string): string {
    return this.compare('Equal', value, this.one);
  }

  unlessMissing(value: string, operands: readonly string[]): string {
    if (operands.length === 0) return value;
    const anyMissing = this.either(operands.map((operand) => this.isMissing(operand)));
    return this.choose(anyMissing, this.missing, value);
  }

  /** A value, and the bounds themselves beyond them. */
  between(value: string, least: string, greatest: string): string {
    const below = this.compare('Less', value, least);
    const above = this.compare('Greater', value, greatest);
    return this.choose(below, least, this.choose(above, greatest, value));
  }

  /** A value, the largest float32 in place of infinity. */
  bounded(value: string): string {
    return this.between(value, this.builder.number(-FLOAT32_MAX), this.builder.number(FLOAT32_MAX));
  }

  /** NULL where the value is not finite (S6). */
  finite(value: string): string {
    const condition = this.builder.op('IsFinite', [value], { T: dataType('float32') });
    return this.choose(condition, value, this.missing);
  }

  /** A value as [rows, 1], also where it is the same for every row; the graph has an input. */
  column(value: string): string {
    const [input] = this.builder.inputs;
    const types = { SrcT: dataType('int32'), DstT: dataType('float32') };
    const any = input!.type === 'float32' ? input!.name : this.builder.op('Cast', [input!.name], types);
    const perRow = this.float('AddV2', this.float('ZerosLike', any), value);
    const axis = this.builder.integers([1], []);
    return this.builder.op('ExpandDims', [perRow, axis], { T: dataType('float32'), Tdim: dataType('int32') });
  }

  /** How many of the bounds are at most the value, of shape [rows]; 0 for NULL. */
  bucket(value: string, bounds: readonly number[]): string {
    if (bounds.length === 0) return this.float('ZerosLike', value);
    return this.sumOfRow(this.indicators('GreaterEqual', value, bounds));
  }

  /** The sums over the numbers of each row: [rows, n] to [rows]. */
  sumOfRow(matrix: string): string {
    const axis = this.builder.integers([1], []);
    return this.builder.op('Sum', [matrix, axis], {
      T: dataType('float32'),
      Tidx: dataType('int32'),
      keep_dims: { b: false },
    });
  }

  /** [rows, numbers]: 1 where a row's value compares so with the number, else 0. */
  indicators(op: 'Equal' | 'GreaterEqual', value: string, numbers: ArrayLike<number>): string {
    const condition = this.compare(op, this.column(value), this.builder.floats(numbers, [1, numbers.length]));
    const types = { SrcT: dataType('bool'), DstT: dataType('float32') };
    return this.builder.op('Cast', [condition], types);
  }

  /** The table's number at each whole value of 0 and more; the value is never NULL. */
  lookUp(table: readonly number[], value: string): string {
    return this.rowsOf(this.builder.floats(table, [table.length]), value);
  }

  /** The rows of a table, [n, …], at each whole value of 0 and more: [rows, …]; the value is never NULL. */
  rowsOf(table: string, value: string): string {
    const types = { SrcT: dataType('float32'), DstT: dataType('int32') };
    const indices = this.builder.op('Cast', [value], types);
    const axis = this.builder.integers([0], []);
    return this.builder.op('GatherV2', [table, indices, axis], {
      Tparams: dataType('float32'),
      Tindices: dataType('int32'),
      Taxis: dataType('int32'),
    });
  }
}
