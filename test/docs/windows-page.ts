import type { Aggregate, AggregateRows } from '../../src/compile/aggregate/aggregate.js';
import {
  AGGREGATE_NAMES,
  type AggregateFunction,
  type AggregateName,
  type AggregateParameter,
} from '../../src/compile/aggregate/aggregate-function.js';
import { AGGREGATES } from '../../src/compile/aggregate/table.js';
import { type CheckedAggregate, checkAggregate } from '../../src/compile/check-aggregate.js';
import { columnOf } from '../../src/definition/column-batch.js';
import { jsonTextOf } from '../../src/definition/json-text.js';
import type { Value } from '../../src/definition/value.js';
import { SCALAR_TYPES, type ValueType } from '../../src/definition/value-type.js';
import { WINDOWS_INTRODUCTION } from './windows-introduction.js';

/** Values of the rows of the examples, oldest first. */
const DELAYS: readonly Value[] = [12n, null, 3n, 12n, -6n, 25n];

const COUNT_ROWS = 'COUNT(*)';

/** A call of every aggregate, over the column `delay`. */
export const EXAMPLES: Readonly<Record<AggregateName, string>> = {
  COUNT: 'COUNT(delay)',
  SUM: 'SUM(delay)',
  AVG: 'AVG(delay)',
  MIN: 'MIN(delay)',
  MAX: 'MAX(delay)',
  VAR_POP: 'VAR_POP(delay)',
  VAR_SAMP: 'VAR_SAMP(delay)',
  STDDEV_POP: 'STDDEV_POP(delay)',
  STDDEV_SAMP: 'STDDEV_SAMP(delay)',
  FIRST: 'FIRST(delay)',
  LAST: 'LAST(delay)',
  LAST_N: 'LAST_N(delay, 3)',
  COUNT_DISTINCT: 'COUNT_DISTINCT(delay)',
  TOP_K: 'TOP_K(delay, 2)',
  APPROX_COUNT_DISTINCT: 'APPROX_COUNT_DISTINCT(delay)',
  APPROX_QUANTILE: 'APPROX_QUANTILE(delay, 0.5)',
};

/** The reference of windows as Markdown: what is said of aggregates comes from their table. */
export function windowsPage(): string {
  const rows = AGGREGATE_NAMES.map((name) => tableRow(name));
  const table = ['| aggregate | takes | gives | with |', '|---|---|---|---|', ...rows].join('\n');
  const texts = AGGREGATE_NAMES.map((name) => `- **${name}** ${AGGREGATES[name].about}`).join('\n');
  const values = DELAYS.map((value) => (value === null ? 'NULL' : String(value))).join(', ');
  const examples = [COUNT_ROWS, ...AGGREGATE_NAMES.map((name) => EXAMPLES[name])].map(exampleRow);
  const results = ['| | of them | of nothing |', '|---|---|---|', ...examples].join('\n');
  const over = `Over rows of one key in which \`delay\` is ${values}, the oldest first:`;
  return `${[WINDOWS_INTRODUCTION, table, texts, over, results].join('\n\n')}\n`;
}

function tableRow(name: AggregateName): string {
  const { takes, takesRows, parameters } = AGGREGATES[name];
  const inCall = parameters.filter((parameter) => parameter.inCall).map((parameter) => parameter.name);
  const form = `\`${name}(${['x', ...inCall].join(', ')})\`${takesRows ? `, \`${name}(*)\`` : ''}`;
  return `| ${form} | ${typesText(takes)} | ${resultText(AGGREGATES[name])} | ${parameters.map(parameterText).join('; ')} |`;
}

function typesText(takes: readonly ValueType[]): string {
  if (takes.length < SCALAR_TYPES.length) return takes.join(', ');
  return takes.length === SCALAR_TYPES.length ? 'any scalar' : 'any type';
}

/** The type of the value, said by that of the argument where it goes by it. */
function resultText({ takes, resultType }: AggregateFunction): string {
  const types = new Set(takes.map((type) => resultType(type)));
  if (types.size === 1) return [...types][0]!;
  return resultType('INT64') === 'INT64' ? 'the type of x' : 'an array of the type of x';
}

function parameterText({ name, inCall, whole, least, greatest, ...more }: AggregateParameter): string {
  const number = whole ? 'a whole number' : 'a number';
  const standard = more.default === null ? '' : `, default ${more.default}`;
  return `\`${name}\`${inCall ? '' : ' (a member)'}: ${more.about}; ${number} from ${least} to ${greatest}${standard}`;
}

function exampleRow(call: string): string {
  const { aggregate, rows } = exampleOf(call);
  const state = aggregate.create();
  for (let row = 0; row < rows.rowCount; row++) aggregate.add(state, rows, row);
  const text = jsonTextOf(aggregate.type);
  const nothing = aggregate.finish(aggregate.create());
  return `| \`${call}\` | ${shown(text(aggregate.finish(state)))} | ${shown(text(nothing))} |`;
}

function shown(json: string): string {
  return json === 'null' ? 'NULL' : json;
}

function exampleOf(call: string): { readonly aggregate: Aggregate; readonly rows: AggregateRows } {
  const checked = checkAggregate(call, new Map([['delay', 'INT64']]));
  if ('problems' in checked) throw new Error(`${call}: ${checked.problems[0]!.message}`);
  const { name, argument, parameters } = checked.aggregate;
  const whole = { ...defaultsOf(name), ...parameters };
  const aggregate = AGGREGATES[name].make(argument === null ? null : { type: 'INT64' }, whole);
  const numbers = BigInt64Array.from(DELAYS, (_, row) => BigInt(row));
  const orders = { eventTimes: numbers, orderTimes: numbers, orderColumn: null, sequences: numbers };
  const values = argument === null ? null : columnOf('INT64', DELAYS);
  return { aggregate, rows: { rowCount: DELAYS.length, argument: values, category: null, orders } };
}

function defaultsOf(name: AggregateName): CheckedAggregate['parameters'] {
  const standard = AGGREGATES[name].parameters.flatMap((each) =>
    each.default === null ? [] : [[each.name, each.default] as const],
  );
  return Object.fromEntries(standard);
}
