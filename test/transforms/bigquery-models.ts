import { TransformFitting } from '../../src/compile/fit-transform.js';
import type { CompiledModel } from '../../src/compile/model.js';
import { fittedConstants } from '../../src/compile/sql/bigquery-constant.js';
import { type BigqueryModel, bigqueryModel } from '../../src/compile/sql/bigquery-model.js';
import type { ModelDocument } from '../../src/definition/document.js';
import { FLIGHT_MODEL, flightModel } from '../support/flight-model.js';
import { flightRows } from '../support/flight-rows.js';
import type { GoogleSqlAnalyser } from '../support/googlesql.js';

const TABLE = 'project.dataset.flights';

/** One model definition as GoogleSQL's analyser is asked about it. */
type Case = { readonly name: string; readonly changes: Partial<ModelDocument> };

const LATE = FLIGHT_MODEL.label.columns;
const NETWORK = { hiddenLayers: [16, 8], activation: 'sigmoid', earlyStopping: { patience: 2 } } as const;
const SPLIT = { validateFrom: '2013-09-30T20:00:00Z', evaluateFrom: '2013-10-01T00:00:00Z' } as const;
const CLASSES = { expression: "IF(late_minutes < 0, 'early', 'late')", columns: LATE } as const;

const TERMS = "SPLIT(weather__sky, '/')";

/** Each function that BigQuery ML has, with its options, and some inside of others. */
const EVERY_FUNCTION = Object.entries({
  standard: 'STANDARD_SCALER(distance) OVER ()',
  imputed: "MIN_MAX_SCALER(IMPUTER(weather__temp, 'median') OVER ()) OVER ()",
  most: "ONE_HOT_ENCODER(IMPUTER(weather__sky, 'most_frequent') OVER (), 'none', 10, 1) OVER ()",
  range: 'MIN_MAX_SCALER(weather__temp) OVER ()',
  largest: 'MAX_ABS_SCALER(weather__temp) OVER ()',
  robust: 'ROBUST_SCALER(weather__temp, [10, 90], TRUE, FALSE) OVER ()',
  robust_plain: 'ROBUST_SCALER(weather__temp) OVER ()',
  unit: 'NORMALIZER([weather__temp, 1.0], 1)',
  largest_norm: "NORMALIZER([weather__temp, 1.0], 'inf')",
  bucket: "ONE_HOT_ENCODER(BUCKETIZE(weather__temp, [1, 2.5, 3]), 'none', 10, 1) OVER ()",
  bucket_number: "BUCKETIZE(weather__temp, [1, 2.5, 3, 9], TRUE, 'bucket_index')",
  quantile: "QUANTILE_BUCKETIZE(weather__temp, 4, 'bucket_ranges') OVER ()",
  quantile_number: "QUANTILE_BUCKETIZE(weather__temp, 4, 'bucket_index') OVER ()",
  hashed: 'HASH_BUCKETIZE(weather__sky, 7)',
  one_hot: "ONE_HOT_ENCODER(weather__sky, 'most_frequent', 5, 2) OVER ()",
  label: 'LABEL_ENCODER(weather__sky, 10, 1) OVER ()',
  multi_hot: `MULTI_HOT_ENCODER(${TERMS}, 10, 1) OVER ()`,
  cross:
    'LABEL_ENCODER(FEATURE_CROSS(STRUCT(weather__sky AS sky, CAST(vip AS STRING) AS vip), 2), 10, 1) OVER ()',
  polynomial: 'POLYNOMIAL_EXPAND(STRUCT(weather__temp AS t, CAST(distance AS FLOAT64) AS d), 2)',
  grams: `BAG_OF_WORDS(NGRAMS(${TERMS}, [1, 2], '#'), 10, 1) OVER ()`,
  words: `TF_IDF(${TERMS}, 10, 1) OVER ()`,
}).map(([name, expression]) => ({ name, expression }));

/** Each kind of trainer, each kind of label, functions in BigQuery's own SQL and as JavaScript. */
export const BIGQUERY_MODELS: readonly Case[] = [
  { name: 'every preprocessing function', changes: { transform: EVERY_FUNCTION } },
  { name: 'two classes', changes: {} },
  {
    name: 'a label of 0 and 1',
    changes: { label: { expression: 'IF(late_minutes > 15, 1, 0)', columns: LATE } },
  },
  {
    name: 'a quantity',
    changes: { label: { expression: 'late_minutes', columns: LATE }, trainer: { kind: 'linearRegression' } },
  },
  {
    name: 'several classes',
    changes: { label: CLASSES, trainer: { kind: 'softmaxRegression', classWeights: 'balanced' } },
  },
  {
    name: 'a network, class weights',
    changes: {
      split: SPLIT,
      trainer: { kind: 'multiLayerPerceptron', ...NETWORK, classWeights: { true: 2, false: 0.5 } },
    },
  },
  {
    name: 'wide and deep',
    changes: { split: SPLIT, trainer: { kind: 'wideAndDeep', ...NETWORK, wide: ['sky'] } },
  },
  {
    name: 'JavaScript functions before TRANSFORM',
    changes: {
      transform: [
        { name: 'far', expression: 'STANDARD_SCALER(LN(distance)) OVER () + EXP(weather__temp / 100.0)' },
        { name: 'clear', expression: "LOWER(weather__sky) = 'clear'" },
        { name: 'sky', expression: "ONE_HOT_ENCODER(INITCAP(weather__sky), 'most_frequent', 5, 2) OVER ()" },
      ],
    },
  },
  {
    name: 'what an IMPUTER learnt, in a JavaScript function and in a subquery',
    changes: {
      transform: [
        { name: 'far', expression: "STANDARD_SCALER(LN(IMPUTER(distance, 'mean') OVER ())) OVER ()" },
        {
          name: 'words',
          expression: "ARRAY_LENGTH(SPLIT(IMPUTER(weather__sky, 'most_frequent') OVER (), ' '))",
        },
        { name: 'one', expression: "BUCKETIZE(weather__temp, [1, 2], TRUE, 'bucket_index')" },
      ],
    },
  },
];

/** The model of a case, with functions inside of functions as a fit on flight rows has them. */
export function bigqueryCase({ changes }: Case): BigqueryModel {
  const model = flightModel(changes);
  return bigqueryModel(model, {
    model: 'project.dataset.delay',
    table: TABLE,
    time: 'as_of',
    boundary: 'exclusive',
    trained: { version: 1, constants: constantsOf(model) },
  });
}

/** Why GoogleSQL's analyser refuses a model; null when it takes it. */
export async function analyserRefusal(
  analyser: GoogleSqlAnalyser,
  { functions, statement }: BigqueryModel,
): Promise<string | null> {
  const { transformInputs, label } = flightModel();
  const columns = [...transformInputs, ...label.columns, { name: 'as_of', type: 'TIMESTAMP' }].map(
    ({ name, type }) => [name, type] as const,
  );
  const answer = await analyser.analyse({ sql: statement, functions, tables: { [TABLE]: { columns } } });
  if ('error' in answer) return `${answer.error}\n${statement}`;
  return answer.kind === 'ResolvedCreateModelStmt' ? null : `a ${answer.kind}`;
}

function constantsOf({ transform, transformInputs }: CompiledModel) {
  const fitting = new TransformFitting(transform, transformInputs);
  const rows = flightRows(0, 500);
  while (!fitting.done) {
    fitting.add(rows, new BigInt64Array(rows.rowCount));
    fitting.finishPass();
  }
  return fittedConstants(transform, fitting.result().nodes);
}
