import type { FittedOutput, FittedState, FittedTransform } from '../../src/compile/fitted-transform.js';
import { compileRowKernel } from '../../src/compile/kernel.js';
import { compileNodes } from '../../src/compile/transform.js';
import { columnOf, valueAt } from '../../src/definition/column-batch.js';
import { type CallExpression, type Expression, namesIn } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import { errorOf, type Judged } from './graph-error.js';
import type { GraphRow } from './graph-texts.js';

/** Of the largest intermediate (S8). */
export const TOLERANCE = 1e-5;
/** A few units in the last place of a float32. */
const ROUNDING = 4 * 2 ** -24;

/** What is smaller may become 0 in float32. */
export const SMALLEST = 1e-37;

/** Judges the parts of expressions over one row: each by moving its operands a little and looking what becomes of it. */
export class GraphJudge {
  private readonly columns: Map<string, Judged>;
  /** The largest intermediate behind each fitted function. */
  private readonly behind = new Map<string, number>();
  /** The largest magnitude of an input or an intermediate result. */
  private largest = 0;

  constructor(transform: FittedTransform, row: GraphRow) {
    this.columns = new Map();
    for (const [name, value] of Object.entries(row)) this.columns.set(name, this.input(value));
    for (const node of [...transform.nodes].sort((a, b) => a.stage - b.stage)) {
      this.largest = 0;
      const argument = this.judge(node.argument);
      const run = (value: Value): Value => {
        const batch = {
          rowCount: 1,
          columns: new Map([['argument', columnOf(node.argument.type, [value])]]),
        };
        const column = { kind: 'column', name: 'argument', type: node.argument.type } as const;
        const alone = compileNodes([{ ...node, stage: 1, argument: column }]);
        return valueAt(alone(batch).columns.get(node.name)!, 0);
      };
      const moved = this.moved(
        [argument],
        ([value]) => run(value!),
        node.type === 'FLOAT64' ? becomesNull : differs,
      );
      const isNearEdge = moved.isNearEdge || this.isNearBound(argument, node.state);
      this.columns.set(node.name, { ...moved, isNearEdge });
      this.behind.set(node.name, Math.max(this.largest, this.largestOfColumns(node.argument)));
    }
  }

  /** A whole output, and the largest magnitude on the way to it. */
  judgeOutput(output: FittedOutput): Judged & { readonly largest: number } {
    this.largest = 0;
    const expression = output.kind === 'encoded' ? output.argument : output.expression;
    const judged = this.judge(expression);
    this.largest = Math.max(this.largest, this.largestOfColumns(expression));
    const isNearBound = output.kind === 'encoded' && this.isNearBound(judged, output.state);
    return { ...judged, isNearEdge: judged.isNearEdge || isNearBound, largest: this.largest };
  }

  /** Whether a number is one of the bounds of buckets in float32 and not exactly, or the other way round. */
  private isNearBound(number: Judged, state: FittedState): boolean {
    const bounds = 'boundaries' in state ? state.boundaries : [];
    return bounds.some((value) => this.isNearlyEqual(number, rounded(value)));
  }

  /** The largest magnitude of the columns that an expression reads, and of what is behind fitted functions. */
  private largestOfColumns(expression: Expression): number {
    const magnitudes = namesIn(expression).map((name) => {
      const { value } = this.columns.get(name)!;
      return Math.max(magnitudeOf(value), this.behind.get(name) ?? 0);
    });
    return Math.max(0, ...magnitudes);
  }

  private judge(expression: Expression): Judged {
    switch (expression.kind) {
      case 'literal':
        return this.input(expression.value);
      case 'column':
        return this.columns.get(expression.name)!;
      case 'call':
        return this.call(expression);
      default:
        throw new TypeError(`${expression.kind} is in no graph`);
    }
  }

  private call(node: CallExpression): Judged {
    const open = node.arguments.filter(({ type }) => !type.startsWith('ARRAY'));
    const operands = open.map((argument) => this.judge(argument));
    const kernel = kernelOf(node);
    const isJump = STEPS.has(node.operation) ? jumps : becomesNull;
    const run = (values: readonly Value[]): Value => kernel(values, null)[0]!;
    const moved = this.moved(operands, run, node.type === 'FLOAT64' ? isJump : differs);
    const judged = { ...moved, error: errorOf(node, operands, moved) };
    const isNearEqual = (EQUALITIES[node.operation]?.(operands) ?? []).some((candidate) =>
      this.isNearlyEqual(operands[0]!, candidate),
    );
    return { ...judged, isNearEdge: judged.isNearEdge || isNearEqual };
  }

  /** Whether two numbers are one in float32 and not exactly, or the other way round. */
  private isNearlyEqual(a: Judged, b: Judged): boolean {
    if (typeof a.value !== 'number' || typeof b.value !== 'number') return false;
    if (a.error === 0 && b.error === 0) return false;
    const distance = Math.abs(a.value - b.value);
    return distance <= Math.max(SMALLEST, TOLERANCE * this.largest, a.error + b.error);
  }

  private input(value: Value): Judged {
    const judged = rounded(value);
    this.largest = Math.max(this.largest, magnitudeOf(value));
    return judged;
  }

  /** A part of these operands, which `run` computes. */
  private moved(
    operands: readonly Judged[],
    run: (values: readonly Value[]) => Value,
    isJump: IsJump,
  ): Judged {
    const values = operands.map(({ value }) => value);
    const value = run(values);
    const magnitude = typeof value === 'number' ? Math.abs(value) : 0;
    this.largest = Math.max(this.largest, magnitude);
    let isNearEdge = operands.some((operand) => operand.isNearEdge) || isBeyondFloat32(magnitude);
    let error = magnitude * ROUNDING;
    operands.forEach((operand, index) => {
      if (typeof operand.value !== 'number' || operand.error === 0) return;
      const reach = Math.max(
        SMALLEST,
        operand.error,
        TOLERANCE * Math.max(this.largest, Math.abs(operand.value)),
      );
      for (const distance of distancesFrom(operand.value, reach)) {
        const there = run(values.with(index, operand.value + distance));
        isNearEdge ||= isJump(value, there, Math.abs(distance));
      }
      let worst = 0;
      for (const distance of [-operand.error, operand.error]) {
        const there = run(values.with(index, operand.value + distance));
        if (typeof there === 'number' && typeof value === 'number')
          worst = Math.max(worst, Math.abs(there - value));
      }
      error += worst;
    });
    return { value, error, isNearEdge };
  }
}

/** What is handed over as a float32. */
function rounded(value: Value): Judged {
  const magnitude = magnitudeOf(value);
  return { value, error: Math.abs(magnitude - Math.fround(magnitude)), isNearEdge: false };
}

function magnitudeOf(value: Value): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Math.abs(Number(value)) : 0;
}

/** What is larger is infinite in float32, what is smaller 0. */
function isBeyondFloat32(magnitude: number): boolean {
  return magnitude > 1e37 || (magnitude > 0 && magnitude < SMALLEST);
}

/** Both ways, and to the whole number where one is that close: 0 as a divisor, an exponent of a negative number. */
function distancesFrom(value: number, reach: number): readonly number[] {
  const toWhole = Math.round(value) - value;
  const ways = [-reach, reach, -reach / 16, reach / 16];
  return toWhole !== 0 && Math.abs(toWhole) <= reach ? [...ways, toWhole] : ways;
}

/** Whether an operand moved by `distance` takes the value over an edge. */
type IsJump = (value: Value, there: Value, distance: number) => boolean;

const differs: IsJump = (value, there) => value !== there;
const becomesNull: IsJump = (value, there) => (value === null) !== (there === null);
const jumps: IsJump = (value, there, distance) =>
  becomesNull(value, there, distance) || Math.abs(Number(there) - Number(value)) > 1.01 * distance;

/** Operations of FLOAT64 whose values jump; none of them is steeper than its operand elsewhere. */
const STEPS = new Set([
  'floor_float64',
  'ceil_float64',
  'round_float64',
  'round_float64_digits',
  'trunc_float64',
  'trunc_float64_digits',
  'sign_float64',
]);

/** Operations that look for equality: with which operands they compare the first one. */
const EQUALITIES: Readonly<Record<string, (operands: readonly Judged[]) => readonly Judged[]>> = {
  equal: (operands) => operands.slice(1),
  not_equal: (operands) => operands.slice(1),
  is_distinct: (operands) => operands.slice(1),
  nullif: (operands) => operands.slice(1),
  in: (operands) => operands.slice(1),
  case_match: (operands) => operands.slice(1, -1).filter((_, index) => index % 2 === 0),
};

const kernels = new WeakMap<CallExpression, ReturnType<typeof compileRowKernel>>();

/** The kernel of one node over its operands that are no arrays. */
function kernelOf(node: CallExpression): ReturnType<typeof compileRowKernel> {
  const known = kernels.get(node);
  if (known !== undefined) return known;
  const names: string[] = [];
  const inner = node.arguments.map((argument): Expression => {
    if (argument.type.startsWith('ARRAY')) return argument;
    names.push(`a${names.length}`);
    return { kind: 'column', name: names.at(-1)!, type: argument.type };
  });
  const kernel = compileRowKernel([{ name: 'value', expression: { ...node, arguments: inner } }], names);
  kernels.set(node, kernel);
  return kernel;
}
