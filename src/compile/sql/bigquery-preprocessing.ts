import type { FittedExpression, FittedFunctionName } from '../../definition/expression.js';
import { ExportRefusal } from '../export-refusal.js';
import type { Option, OptionKind } from '../fitted/preprocessing.js';
import { PREPROCESSING } from '../fitted/table.js';
import { bigqueryLiteral } from './bigquery-literal.js';

/** Whether the function is written with OVER (): its statistics are those of the training rows. */
export function isAnalytic({ function: name }: FittedExpression): boolean {
  return PREPROCESSING[name].analytic;
}

/** A preprocessing function in BigQuery, by BigQuery ML's of the same name where it means the same. Throws {@link ExportRefusal}. */
export function preprocessingSql(node: FittedExpression, argument: string): string {
  refuseOtherDialects(node);
  return (OWN_FORMS[node.function] ?? mlSql)(node, argument);
}

function mlSql(node: FittedExpression, argument: string): string {
  const positional = PREPROCESSING[node.function].options.filter((option) => option.positional);
  const options = positional.map((option) => optionSql(node, option));
  const call = `ML.${node.function}(${[argument, ...options].join(', ')})`;
  return isAnalytic(node) ? `${call} OVER ()` : call;
}

/** Functions, and variants of them, that BigQuery ML has under no name, or means otherwise. */
const OWN_FORMS: Partial<Record<FittedFunctionName, typeof mlSql>> = {
  BUCKETIZE: (node, argument) => {
    const { splits, excludeBoundaries, format } = node.parameters;
    const points = splits as readonly number[];
    if (excludeBoundaries === true && points.length === 1) throw new ExportRefusal(NO_BUCKET);
    if (format !== 'bucket_index') return mlSql(node, argument);
    return `RANGE_BUCKET(${argument}, ${numbersSql(excludeBoundaries === true ? points.slice(1, -1) : points)})`;
  },
  QUANTILE_BUCKETIZE: (node, argument) => {
    if (node.parameters['format'] !== 'bucket_index') return mlSql(node, argument);
    const named = { ...node, parameters: { ...node.parameters, format: 'bucket_names' } };
    return `(CAST(SUBSTR(${mlSql(named, argument)}, ${'bin_'.length + 1}) AS INT64) - 1)`;
  },
  HASH_BUCKETIZE: (node, argument) => hashSql(argument, BigInt(Number(node.parameters['buckets']))),
  TOKENS: () => {
    throw new ExportRefusal('TOKENS is no function of BigQuery ML; make the tokens a feature');
  },
};

const NO_BUCKET =
  'BUCKETIZE leaves out the boundaries of one split, so BigQuery ML has no bucket; write FALSE, or two splits and more';

/**
 * Our published hash: FARM_FINGERPRINT read as unsigned, modulo the buckets; BigQuery ML does not say what its own is. A
 * negative fingerprint is 2^64 more.
 */
function hashSql(argument: string, buckets: bigint): string {
  const hash = `FARM_FINGERPRINT(${argument})`;
  if (buckets === 0n) return hash;
  const carried = 2n ** 64n % buckets;
  return `MOD(MOD(${hash}, ${buckets}) + ${buckets} + IF(${hash} < 0, ${carried}, 0), ${buckets})`;
}

function refuseOtherDialects({ function: name, parameters, arguments: [, key] }: FittedExpression): void {
  if (key !== undefined)
    throw new ExportRefusal(
      `${name} OVER (PARTITION BY …) is no function of BigQuery ML, whose statistics are those of all rows; make what it gives a feature, or write OVER ()`,
    );
  const own = PREPROCESSING[name].options.find(
    ({ positional, parameter, default: usual }) =>
      !positional && parameters[parameter] !== undefined && parameters[parameter] !== usual,
  );
  if (own === undefined) return;
  throw new ExportRefusal(`${name} has no option ${own.name} in BigQuery ML; leave it out`);
}

function optionSql({ function: name, parameters }: FittedExpression, { takes, ...option }: Option): string {
  const value = parameters[option.parameter];
  if (value === undefined) throw new ExportRefusal(`${name} lacks ${option.name}`);
  const limit = LIMITS[name]?.[option.parameter];
  if (limit !== undefined && Number(value) > limit)
    throw new ExportRefusal(`${name} takes ${option.name} up to ${limit} in BigQuery ML, not ${value}`);
  return OPTION_SQL[takes.kind](value, name);
}

/** Source: BigQuery ML, ML.ONE_HOT_ENCODER, ML.MULTI_HOT_ENCODER, ML.LABEL_ENCODER: top_k is less than 1,000,000. */
const LIMITS: Partial<Record<FittedFunctionName, Readonly<Record<string, number>>>> = {
  ONE_HOT_ENCODER: { topK: 999_999 },
  MULTI_HOT_ENCODER: { topK: 999_999 },
  LABEL_ENCODER: { topK: 999_999 },
};

type WriteOption = (value: FittedExpression['parameters'][string], name: string) => string;

const OPTION_SQL: Readonly<Record<OptionKind['kind'], WriteOption>> = {
  choice: (value) => bigqueryLiteral('STRING', String(value)),
  text: (value) => bigqueryLiteral('STRING', String(value)),
  whole: String,
  flag: (value) => (value === true ? 'TRUE' : 'FALSE'),
  norm: (value) => (value === 'inf' ? "CAST('+inf' AS FLOAT64)" : bigqueryLiteral('FLOAT64', Number(value))),
  ascending: (value) => numbersSql(value as readonly number[]),
  pair: (value, name) => {
    const [from, to] = value as readonly number[];
    if (Number.isInteger(from) && Number.isInteger(to)) return `[${from}, ${to}]`;
    throw new ExportRefusal(`${name} takes whole numbers in BigQuery ML, not [${from}, ${to}]`);
  },
};

function numbersSql(values: readonly number[]): string {
  return `[${values.map((value) => bigqueryLiteral('FLOAT64', value)).join(', ')}]`;
}
