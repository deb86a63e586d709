import type { BigQuery, TableField } from '@google-cloud/bigquery';
import { storedColumn, storedValue } from '../../src/compile/sql/bigquery-query.js';
import type { Expression } from '../../src/definition/expression.js';
import { formatTimestamp } from '../../src/definition/time.js';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';
import { type Bqemulator, startBqemulator } from '../support/bqemulator.js';
import { jsonOfValue, valueOfJson } from '../support/googlesql.js';
import { jsonOfRaw, plannedAnswers } from './bigquery-answer.js';
import { type BigqueryPlan, bigqueryPlan } from './bigquery-plan.js';
import { gapIn } from './bqemulator-gaps.js';
import { COLUMNS } from './columns.js';
import { answersTogether, type EngineAnswer, type ParityEngine } from './engine.js';
import { bigqueryStatementOf, isRefusal } from './googlesql-engine.js';
import { FunctionSandbox } from './javascript-function.js';
import type { Row } from './oracle.js';

/**
 * BigQuery SQL on an emulator of BigQuery, through BigQuery's client: rows are streamed into a table, expressions are columns
 * of a query job. It leaves out what the emulator is known to get wrong, see `bqemulator-gaps.ts`. Functions as in
 * `googlesql-engine.ts`.
 */
export async function openBqemulatorEngine(): Promise<ParityEngine> {
  const emulator = await startBqemulator();
  await emulator.client.createDataset(DATASET);
  return new BqemulatorEngine(emulator);
}

class BqemulatorEngine implements ParityEngine {
  readonly name = 'bqemulator';
  private readonly sandbox = new FunctionSandbox();
  private rows: readonly Row[] = [];
  /** The table of the rows alone, for expressions that call no functions. */
  private plain: Promise<string> | null = null;
  private tables = 0;

  constructor(private readonly emulator: Bqemulator) {}

  statementOf(expression: Expression): string | null {
    const sql = bigqueryStatementOf(expression);
    return isRefusal(sql) || gapIn(expression) === null ? sql : null;
  }

  async load(rows: readonly Row[]): Promise<void> {
    const last = this.plain;
    this.rows = rows;
    this.plain = null;
    if (last !== null) await this.drop(await last);
  }

  values(expressions: readonly Expression[]): Promise<readonly EngineAnswer[]> {
    return answersTogether(expressions, (some) => this.ask(some));
  }

  close(): Promise<void> {
    return this.emulator.close();
  }

  private async ask(expressions: readonly Expression[]): Promise<readonly EngineAnswer[]> {
    const plan = bigqueryPlan(expressions, {
      rows: this.rows,
      sandbox: this.sandbox,
      columnSql: storedColumn,
    });
    if (plan.answers.length === 0) {
      this.plain ??= this.create(plan);
      return this.answersFrom(await this.plain, plan);
    }
    const table = await this.create(plan);
    try {
      return await this.answersFrom(table, plan);
    } finally {
      await this.drop(table);
    }
  }

  private async answersFrom(table: string, plan: BigqueryPlan): Promise<readonly EngineAnswer[]> {
    const cells = await queried(this.emulator.client, queryOf(plan, table));
    const types = [...plan.roots, ...plan.operands].map(({ type }) => type);
    const columns = types.map((type, place) => ({
      type,
      values: cells.map((row) => valueOfCell(type, row[place])),
    }));
    return plannedAnswers(plan, columns);
  }

  /** A new table of the rows, with the answers of functions beside them. */
  private async create(plan: BigqueryPlan): Promise<string> {
    const name = `rows_${this.tables++}`;
    const dataset = this.emulator.client.dataset(DATASET);
    await dataset.createTable(name, { schema: schemaOf(plan) });
    await dataset.table(name).insert(insertedRows(plan, this.rows), { raw: true });
    return name;
  }

  private async drop(table: string): Promise<void> {
    await this.emulator.client.dataset(DATASET).table(table).delete();
  }
}

/** The cells of a query's rows as the API sends them; asked again where the emulator dropped the connection. */
async function queried(client: BigQuery, query: string): Promise<readonly (readonly unknown[])[]> {
  try {
    return await queriedOnce(client, query);
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('ECONNRESET'))) throw error;
    return queriedOnce(client, query);
  }
}

async function queriedOnce(client: BigQuery, query: string): Promise<readonly (readonly unknown[])[]> {
  const [job] = await client.createQueryJob({ query });
  const [rows] = await job.getQueryResults({ skipParsing: true });
  return (rows as readonly ApiRow[]).map(({ f }) => f.map(({ v }) => v));
}

function queryOf({ roots, operands }: BigqueryPlan, table: string): string {
  const list = [...roots, ...operands].map(
    ({ sql, type }, place) => `${storedValue(type, sql)} AS c${place}`,
  );
  return `SELECT ${list.join(', ')} FROM ${DATASET}.${table} ORDER BY ${ROW_NUMBER}`;
}

function schemaOf({ answers }: BigqueryPlan): { readonly fields: TableField[] } {
  const columns = [...COLUMNS].map(([name, type]) => ({ name, type }));
  return { fields: [{ name: ROW_NUMBER, type: 'INT64' }, ...[...columns, ...answers].map(fieldOf)] };
}

function fieldOf({ name, type }: { readonly name: string; readonly type: ValueType }): TableField {
  const element = elementTypeOf(type);
  if (element === null) return { name, type };
  return { name, type: 'RECORD', fields: [{ name: 'items', type: element, mode: 'REPEATED' }] };
}

function insertedRows({ answers }: BigqueryPlan, rows: readonly Row[]): readonly object[] {
  return rows.map((row, index) => ({
    insertId: `row-${index}`,
    json: {
      [ROW_NUMBER]: index,
      ...Object.fromEntries(
        [...COLUMNS].map(([name, type]) => [name, inserted(type, row.get(name) ?? null)]),
      ),
      ...Object.fromEntries(
        answers.map(({ name, type, raws }) => [
          name,
          inserted(type, valueOfJson(type, jsonOfRaw(type, raws[index]!))),
        ]),
      ),
    },
  }));
}

/** A value as the API takes it in a streamed row. */
function inserted(type: ValueType, value: Value): unknown {
  const element = elementTypeOf(type);
  if (value === null) return null;
  if (element !== null) return { items: (value as readonly Value[]).map((item) => inserted(element, item)) };
  if (type === 'TIMESTAMP') return formatTimestamp(value as bigint);
  return Object.is(value, -0) ? '-0.0' : jsonOfValue(type, value);
}

type ApiRow = { readonly f: readonly { readonly v: unknown }[] };

/** Every scalar is text; an array is the one field of a record, its elements cells. */
function valueOfCell(type: ValueType, cell: unknown): Value {
  if (cell === null) return null;
  const element = elementTypeOf(type);
  if (element === null) return type === 'BOOL' ? cell === 'true' : valueOfJson(type as ScalarType, cell);
  const [items] = (cell as ApiRow).f as readonly [{ readonly v: readonly { readonly v: unknown }[] }];
  return items.v.map(({ v }) => valueOfCell(element, v));
}

const DATASET = 'parity';
const ROW_NUMBER = 'plumbline_row';
