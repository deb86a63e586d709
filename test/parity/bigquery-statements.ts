import { bigqueryIdentifier } from '../../src/compile/sql/bigquery-literal.js';
import { bigqueryStatements, bigqueryType } from '../../src/compile/sql/bigquery-query.js';
import type { GoogleSqlAnalyser } from '../support/googlesql.js';
import { AS_OF_SQL } from './bigquery-plan.js';
import { type CaseChoice, caseBatches, type ParityCase } from './cases.js';
import { COLUMNS } from './columns.js';

/** What the analyser said of the statements of generated expressions. */
export type AnalysedStatements = {
  readonly cases: number;
  /** Different functions that the queries call, each defined by a statement of its own. */
  readonly functions: number;
  /** What it refused, or would give another type than the language does, each with the SQL. */
  readonly problems: readonly string[];
};

/** Asks GoogleSQL's analyser about the statements of generated expressions, until it refused {@link MAX_PROBLEMS}. */
export async function analyseCases(
  analyser: GoogleSqlAnalyser,
  choice: CaseChoice,
): Promise<AnalysedStatements> {
  const functions = new Set<string>();
  const problems: string[] = [];
  let analysed = 0;
  for (const { cases } of caseBatches(choice)) {
    for (let from = 0; from < cases.length && problems.length < MAX_PROBLEMS; from += FEATURES) {
      const some = cases.slice(from, from + FEATURES);
      analysed += some.length;
      problems.push(...(await problemsOf(analyser, some, functions)));
    }
    if (problems.length >= MAX_PROBLEMS) break;
  }
  return { cases: analysed, functions: functions.size, problems };
}

/** Of all together; where they fail, of each. */
async function problemsOf(
  analyser: GoogleSqlAnalyser,
  cases: readonly ParityCase[],
  seen: Set<string>,
): Promise<readonly string[]> {
  const problem = await problemOf(analyser, cases, seen).catch(messageOf);
  if (problem === null) return [];
  if (cases.length === 1) return [problem];
  const found: string[] = [];
  for (const each of cases) found.push(...(await problemsOf(analyser, [each], seen)));
  return found.length > 0 ? found : [problem];
}

async function problemOf(
  analyser: GoogleSqlAnalyser,
  cases: readonly ParityCase[],
  seen: Set<string>,
): Promise<string | null> {
  const features = cases.map(({ number, made }) => ({
    name: `${HOSTILE_NAME}${number}`,
    expression: made.expression,
    defaultValue: null,
  }));
  const rows = { from: bigqueryIdentifier(TABLE), columns: COLUMNS, asOfSql: AS_OF_SQL };
  const statements = bigqueryStatements(features, rows);
  const [functions, sql] = [statements.slice(0, -1), statements.at(-1)!];
  for (const each of functions) seen.add(each);
  const answer = await analyser.analyse({ sql, functions, tables: { [TABLE]: { columns: STORED } } });
  if ('error' in answer) return `${answer.error}\n  ${sql}`;
  const expected = features.map(({ name, expression }) => [name, bigqueryType(expression.type)]);
  const found = JSON.stringify(answer.columns);
  return found === JSON.stringify(expected)
    ? null
    : `columns ${found}, not ${JSON.stringify(expected)}\n  ${sql}`;
}

/** An expression without statements is a problem like any other. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const TABLE = 'project.dataset.rows';
const STORED = [...COLUMNS].map(([name, type]) => [name, bigqueryType(type)] as const);
/** A name that SQL must quote. */
const HOSTILE_NAME = '`; select \\ from ';
/** Features of one query: a catalogue with its functions is made for each. */
const FEATURES = 50;
/** Enough to see a pattern. */
const MAX_PROBLEMS = 20;
