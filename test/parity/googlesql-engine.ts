import { bigquerySql } from '../../src/compile/sql/bigquery.js';
import { bigqueryIdentifier } from '../../src/compile/sql/bigquery-literal.js';
import type { Expression } from '../../src/definition/expression.js';
import type { ValueType } from '../../src/definition/value-type.js';
import { GoogleSqlEvaluator, type GoogleSqlTable, jsonOfValue, valueOfJson } from '../support/googlesql.js';
import { jsonOfRaw, plannedAnswers } from './bigquery-answer.js';
import { AS_OF_SQL, type BigqueryPlan, bigqueryPlan } from './bigquery-plan.js';
import { COLUMNS } from './columns.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import { FunctionSandbox } from './javascript-function.js';
import type { Row } from './oracle.js';

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
    const plan = bigqueryPlan(expressions, {
      rows: this.rows,
      sandbox: this.sandbox,
      columnSql: bigqueryIdentifier,
    });
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
    return bigquerySql(expression, { columnSql: bigqueryIdentifier, asOfSql: AS_OF_SQL }).sql;
  } catch (error) {
    return `${REFUSAL}${error instanceof Error ? error.message : error}`;
  }
}

/** Whether {@link bigqueryStatementOf} had no SQL to give. */
export function isRefusal(statement: string): boolean {
  return statement.startsWith(REFUSAL);
}

/** One row of values for every row of the table, in its order: the expressions first, then the operands. */
function queryOf({ roots, operands }: BigqueryPlan): string {
  const list = [...roots, ...operands].map(({ sql }, place) => `${sql} AS c${place}`);
  return `SELECT ${list.join(', ')} FROM t ORDER BY ${ROW_NUMBER}`;
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

const ROW_NUMBER = 'plumbline_row';
const REFUSAL = 'none: ';
