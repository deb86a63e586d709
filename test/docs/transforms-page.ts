import type { Preprocessing } from '../../src/compile/fitted/preprocessing.js';
import { PREPROCESSING } from '../../src/compile/fitted/table.js';
import { compileTransform } from '../../src/compile/transform.js';
import type { FittedFunctionName } from '../../src/definition/expression.js';
import type { Value } from '../../src/definition/value.js';
import { batchOf, columnLike, fitted, rowsOf } from '../transforms/fit-output.js';
import { EXPANSIONS_TEXT, TRANSFORMS_INTRODUCTION } from './transforms-introduction.js';

type Example = Preprocessing['example'];
type Option = Preprocessing['options'][number];

/** Every function, in the order of the page. */
export const GROUPS: readonly (readonly [title: string, names: readonly FittedFunctionName[]])[] = [
  [
    'Numbers',
    ['STANDARD_SCALER', 'MIN_MAX_SCALER', 'MAX_ABS_SCALER', 'ROBUST_SCALER', 'NORMALIZER', 'IMPUTER'],
  ],
  ['Buckets', ['BUCKETIZE', 'QUANTILE_BUCKETIZE', 'HASH_BUCKETIZE']],
  ['Categories', ['ONE_HOT_ENCODER', 'MULTI_HOT_ENCODER', 'LABEL_ENCODER']],
  ['Texts', ['TOKENS', 'NGRAMS', 'BAG_OF_WORDS', 'TF_IDF']],
];

/** Examples of functions that are no rows of the table. */
export const EXPANSION_EXAMPLES: readonly Example[] = [
  {
    expression: 'ONE_HOT_ENCODER(FEATURE_CROSS(STRUCT(a, b)), frequency_threshold => 1) OVER ()',
    columns: { a: ['x', 'y', null], b: ['1', '2', '1'] },
    slots: ['NULL', '"x_1"', '"y_2"'],
    rows: [
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ],
  },
  {
    expression: 'POLYNOMIAL_EXPAND(STRUCT(f1, f2))',
    columns: { f1: [2], f2: [3] },
    slots: ['f1', 'f1_f1', 'f1_f2', 'f2', 'f2_f2'],
    rows: [[2, 4, 6, 3, 9]],
  },
];

/** The reference of preprocessing functions as Markdown; all of it comes from their table. */
export function transformsPage(): string {
  const sections = GROUPS.flatMap(([title, names]) => [`## ${title}`, ...names.map(functionText)]);
  const parts = [TRANSFORMS_INTRODUCTION, contentsText(), ...sections, EXPANSIONS_TEXT];
  return `${[...parts, ...EXPANSION_EXAMPLES.map(exampleText)].join('\n\n')}\n`;
}

/** What an example gives: the slots, named as examples name them, and the model inputs of its rows. */
export function exampleResult({ expression, columns }: Example) {
  const batch = batchOf(
    Object.fromEntries(
      Object.entries(columns).map(([name, values]) => [name, columnLike(values as readonly Value[])]),
    ),
  );
  const transform = fitted({ o: expression }, [batch]);
  const [first] = Object.keys(columns);
  const slots = compileTransform(transform).slots.map(({ name }) => {
    if (name === 'o') return first!;
    return name.startsWith('o[') ? name.slice(2, -1) : name.slice(2);
  });
  return { slots, rows: rowsOf(transform, batch) };
}

function contentsText(): string {
  const rows = GROUPS.map(([title, names]) => {
    const links = names.map((name) => `[\`${name}\`](#${name.toLowerCase()})`);
    return `- **${title}**: ${links.join(' ')}`;
  });
  const expansions =
    '- **Several outputs at once**: [`FEATURE_CROSS`](#feature_cross) [`POLYNOMIAL_EXPAND`](#polynomial_expand)';
  return ['## At a glance', '', ...rows, expansions].join('\n');
}

function functionText(name: FittedFunctionName): string {
  const { about, options, example } = PREPROCESSING[name];
  const listed = options.map((option) => `- ${optionText(option)}`);
  return [
    `### ${name}`,
    `\`${signatureOf(name)}\``,
    about,
    ...(listed.length > 0 ? [listed.join('\n')] : []),
    exampleText(example),
  ].join('\n\n');
}

function signatureOf(name: FittedFunctionName): string {
  const { analytic, takesKey, input, options } = PREPROCESSING[name];
  const places = options
    .filter(({ positional }) => positional)
    .map((option) => (option.default === undefined ? `, ${option.name}` : `[, ${option.name}]`));
  const over = takesKey ? ' OVER ([PARTITION BY STRING])' : ' OVER ()';
  const named = options.some(({ positional }) => !positional) ? '[, option => value]' : '';
  return `${name}(${INPUTS[input]}${places.join('')}${named})${analytic ? over : ''}`;
}

const INPUTS: Record<Preprocessing['input'], string> = {
  number: 'INT64 or FLOAT64',
  text: 'STRING',
  value: 'INT64, FLOAT64 or STRING',
  numbers: 'ARRAY<FLOAT64>',
  texts: 'ARRAY<STRING>',
};

function optionText({ name, positional, takes, about, ...option }: Option): string {
  const values =
    takes.kind === 'choice' ? ` (${takes.values.map((value) => `\`'${value}'\``).join(', ')})` : '';
  const standard = option.default === undefined ? '' : `; default ${defaultText(option.default)}`;
  return `\`${positional ? name : `${name} => …`}\`${values}: ${about}${standard}`;
}

function defaultText(value: NonNullable<Option['default']>): string {
  if (typeof value === 'boolean') return value ? '`TRUE`' : '`FALSE`';
  if (typeof value === 'string') return `\`'${value}'\``;
  return typeof value === 'number' ? `\`${value}\`` : `\`[${value.join(', ')}]\``;
}

function exampleText({ expression, columns, slots, rows }: Example): string {
  const names = Object.keys(columns);
  const head = [...names.map((name) => `\`${name}\``), '', ...slots.map((slot) => `\`${slot}\``)];
  const lines = rows.map((row, at) => [
    ...names.map((name) => valueText(columns[name]![at] as Value)),
    '→',
    ...row.map((number) => String(Math.round(number * 1e6) / 1e6)),
  ]);
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return [`\`${expression}\` fitted on these rows:`, '', ...table].join('\n');
}

function valueText(value: Value): string {
  if (value === null) return 'NULL';
  return typeof value === 'number' ? String(value) : `\`${JSON.stringify(value)}\``;
}
