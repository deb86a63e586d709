import { lowerToBigquery } from '../../src/compile/sql/bigquery.js';
import type { BigqueryCall } from '../../src/compile/sql/bigquery-function.js';
import { bigqueryLiteral } from '../../src/compile/sql/bigquery-literal.js';
import type { Expression } from '../../src/definition/expression.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { AS_OF_US, COLUMNS } from './columns.js';
import { type FunctionSandbox, type Raw, rawOfValue, valueOfRaw } from './javascript-function.js';
import { evaluate, type Row } from './oracle.js';
import { sameBits, valueText } from './print.js';

/** SQL of a type, and the place of the expression it belongs to. */
type PlannedSql = { readonly sql: string; readonly type: ValueType; readonly owner: number };

/** Expressions as SQL for an engine that runs no JavaScript: what functions answer stands in columns beside the rows. */
export type BigqueryPlan = {
  /** The expressions. */
  readonly roots: readonly PlannedSql[];
  /** What functions are called with: SQL, and what the kernel's values are as JavaScript. */
  readonly operands: readonly (PlannedSql & { readonly raws: readonly Raw[] })[];
  /** Answers of functions, row by row, under the types of BigQuery's JavaScript. */
  readonly answers: readonly {
    readonly name: string;
    readonly type: ValueType;
    readonly raws: readonly Raw[];
  }[];
  /** Expressions of which a function did not answer what the oracle says. */
  readonly failures: ReadonlyMap<number, Error>;
  /** Places of the expressions that call functions. */
  readonly calling: ReadonlySet<number>;
};

/** What a plan is made for. */
export type PlanInput = {
  readonly rows: readonly Row[];
  /** Where functions run. */
  readonly sandbox: FunctionSandbox;
  /** SQL of a column of the engine's table. */
  readonly columnSql: (name: string, type: ValueType) => string;
};

/** Plans expressions over rows. */
export function bigqueryPlan(expressions: readonly Expression[], input: PlanInput): BigqueryPlan {
  const planner = new Planner(input);
  const roots = expressions.map((expression, owner) => planner.root(expression, owner));
  const { operands, answers, failures, calling } = planner;
  return { roots, operands: [...operands.values()], answers: [...answers.values()], failures, calling };
}

/** SQL of the T of every row. */
export const AS_OF_SQL = bigqueryLiteral('TIMESTAMP', AS_OF_US);

class Planner {
  readonly operands = new Map<string, BigqueryPlan['operands'][number]>();
  readonly answers = new Map<string, BigqueryPlan['answers'][number]>();
  readonly failures = new Map<number, Error>();
  readonly calling = new Set<number>();

  constructor(private readonly input: PlanInput) {}

  root(expression: Expression, owner: number): PlannedSql {
    const sql = lowerToBigquery(expression, {
      columnSql: (name) => this.input.columnSql(name, COLUMNS.get(name)!),
      asOfSql: AS_OF_SQL,
      callSql: (call, operands) => this.call(call, operands, owner),
    });
    return { sql, type: expression.type, owner };
  }

  /** The column that stands for a call. */
  private call(call: BigqueryCall, operands: readonly string[], owner: number): string {
    this.calling.add(owner);
    const { name: functionName, parameters, result } = call.function;
    const raws = call.arguments.map((argument) => this.rawsOf(argument));
    operands.forEach((sql, index) => {
      const type = parameters[index]!.sqlType as ValueType;
      if (!this.operands.has(sql)) this.operands.set(sql, { sql, type, owner, raws: raws[index]! });
    });
    const key = `${functionName}(${operands.join(', ')})`;
    let answer = this.answers.get(key);
    if (answer === undefined) {
      const answered = this.answer(call, raws, owner);
      answer = { name: `f_${this.answers.size}`, type: result.sqlType as ValueType, raws: answered };
      this.answers.set(key, answer);
    }
    return this.input.columnSql(answer.name, answer.type);
  }

  private answer(call: BigqueryCall, raws: readonly (readonly Raw[])[], owner: number): readonly Raw[] {
    return this.input.rows.map((row, index) => {
      const expected = evaluate(call.node, row, AS_OF_US);
      const given = raws.map((values) => values[index]!);
      const raw = this.answerOnce(call, given, owner);
      if (raw === undefined) return rawOfValue(call.node.type, expected);
      const value = valueOfRaw(call.node.type, raw);
      if (!sameBits(value, expected)) {
        const text = `${call.function.name}(${JSON.stringify(given)}) answers ${valueText(value)}, the oracle ${valueText(expected)}`;
        this.failures.set(owner, new Error(text));
      }
      return raw;
    });
  }

  private answerOnce(call: BigqueryCall, given: readonly Raw[], owner: number): Raw | undefined {
    try {
      return this.input.sandbox.answer(call.function, given);
    } catch (error) {
      this.failures.set(
        owner,
        new Error(`${call.function.name}: ${error instanceof Error ? error.message : error}`),
      );
      return undefined;
    }
  }

  private rawsOf(argument: Expression): readonly Raw[] {
    return this.input.rows.map((row) => rawOfValue(argument.type, evaluate(argument, row, AS_OF_US)));
  }
}
