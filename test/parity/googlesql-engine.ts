import { bigquerySql } from '../../src/compile/sql/bigquery.js';
import type { Expression } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { GoogleSqlEvaluator, type GoogleSqlTable, jsonOfValue, valueOfJson } from '../support/googlesql.js';
import { AS_OF_SQL, type BigqueryPlan, bigqueryColumn, bigqueryPlan } from './bigquery-plan.js';
import { COLUMNS } from './columns.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import { FunctionSandbox, type Raw } from './javascript-function.js';
import type { Row } from './oracle.js';
import { sameBits, valueText } from './print.js';

/** How many expressions BigQuery SQL alone carried, and how many called JavaScript functions. */
export type CarriedCounts = { readonly native: number; readonly calling: number };

/**
 * BigQuery SQL in GoogleSQL's reference evaluator. It runs no JavaScript: functions run their text in a sandbox, are compared
 * with the oracle there, and their answers stand in columns; what they are called with is compared too.
 */
export class GoogleSqlEngine implements ParityEngine {
  readonly name = 'GoogleSQL';
  private readonly evaluator = new GoogleSqlEvaluator();
  private readonly sandbox = new FunctionSandbox();
  private rows: readonly Row[] = [];
  private readonly counted = { native: 0, calling: 0 };

  get counts(): CarriedCounts {
    return { ...this.counted };
  }

  statementOf = bigqueryStatementOf;

  async load(rows: readonly Row[]): Promise<void> {
    this.rows = rows;
  }

  values(expressions: readonly Expression[]): Promise<readonly EngineAnswer[]> {
    return answersTogether(expressions, (some) => this.ask(some));
  }

  close(): Promise<void> {
    return this.evaluator.close();
  }

  private async ask(expressions: readonly Expression[]): Promise<readonly EngineAnswer[]> {
    const plan = bigqueryPlan(expressions, this.rows, this.sandbox);
    const answer = await this.evaluator.query(queryOf(plan), { t: tableOf(plan, this.rows) });
    if ('error' in answer) throw new Error(`${answer.code}: ${answer.error}`);
    this.counted.calling += plan.calling.size;
    this.counted.native += expressions.length - plan.calling.size;
    return plannedAnswers(
      plan,
      answer.columns.map(([, type], place) => ({
        type,
        values: answer.rows.map((row) => valueOfJson(type as ValueType, row[place])),
      })),
    );
  }
}

/** The expression's SQL, for a person to read; every expression has some, so a refusal is a difference. */
export function bigqueryStatementOf(expression: Expression): string {
  try {
    return bigquerySql(expression, { columnSql: bigqueryColumn, asOfSql: AS_OF_SQL }).sql;
  } catch (error) {
    return `none: ${error instanceof Error ? error.message : error}`;
  }
}

/** A column of an answer: its GoogleSQL type and its values. */
export type AnsweredColumn = { readonly type: string; readonly values: readonly Value[] };

/** One row of values for every row of the table, in its order: the expressions first, then the operands. */
export function queryOf({ roots, operands }: BigqueryPlan): string {
  const list = [...roots, ...operands].map(({ sql }, place) => `${sql} AS c${place}`);
  return `SELECT ${list.join(', ')} FROM t ORDER BY ${ROW_NUMBER}`;
}

/** Values of the expressions, an error for one of which an operand or a function's answer is not what it should be. */
export function plannedAnswers(
  plan: BigqueryPlan,
  columns: readonly AnsweredColumn[],
): readonly EngineAnswer[] {
  const failures = new Map(plan.failures);
  plan.operands.forEach(({ sql, type, owner, raws }, index) => {
    const { values } = columns[plan.roots.length + index]!;
    const same = raws.every((raw, row) => sameBits(values[row]!, valueOfJson(type, jsonOfRaw(type, raw))));
    if (!same && !failures.has(owner))
      failures.set(owner, new Error(`${sql} is ${values.map(valueText)}, not ${JSON.stringify(raws)}`));
  });
  return plan.roots.map(({ type, owner }, place) => {
    const found = columns[place]!;
    if (found.type !== type) return new Error(`type ${found.type} instead of ${type}`);
    return failures.get(owner) ?? found.values;
  });
}

function tableOf(plan: BigqueryPlan, rows: readonly Row[]): GoogleSqlTable {
  const columns = [...COLUMNS];
  return {
    columns: [
      [ROW_NUMBER, 'INT64'],
      ...columns,
      ...plan.answers.map(({ name, type }) => [name, type] as const),
    ],
    rows: rows.map((row, index) => [
      String(index),
      ...columns.map(([name, type]) => jsonOfValue(type, row.get(name) ?? null)),
      ...plan.answers.map(({ type, raws }) => jsonOfRaw(type, raws[index]!)),
    ]),
  };
}

/** BYTES are base64 text on both sides. */
function jsonOfRaw(type: ValueType, raw: Raw): unknown {
  return type.includes('BYTES') ? raw : jsonOfValue(type, raw);
}

const ROW_NUMBER = 'plumbline_row';
