import type { Task } from '../../definition/document.js';
import { PlumblineError, type Problem } from '../../definition/error.js';
import { formatTimestamp } from '../../definition/time.js';
import type { ValueType } from '../../definition/value-type.js';
import { collectRefusal } from '../export-refusal.js';
import type { CompiledModel } from '../model.js';
import { taskOf } from '../model-trainer.js';
import type { TransformOutput } from '../transform-output.js';
import { documentPlaces } from '../transform-place.js';
import { bigquerySql } from './bigquery.js';
import type { FittedConstants } from './bigquery-constant.js';
import { bigqueryIdentifier } from './bigquery-literal.js';
import { TransformSources, transformSql } from './bigquery-model-expression.js';
import { nameProblems } from './bigquery-model-names.js';
import { type BigqueryOptions, bigqueryOptions } from './bigquery-model-options.js';

/** Where a model is made in BigQuery, and of what. */
export type BigqueryModelTarget = {
  /** `project.dataset.model`. */
  readonly model: string;
  /** `project.dataset.table` of a training set: the columns of its frame, a column for each feature. */
  readonly table: string;
  /** The TIMESTAMP column that is T of each row. */
  readonly time: string;
  readonly boundary: 'inclusive' | 'exclusive';
  /** What a trained version learnt, for functions inside of functions; null where none is named. */
  readonly trained: { readonly version: number; readonly constants: FittedConstants } | null;
};

/** Statements without semicolons, in the order in which they run in one session. */
export type BigqueryModel = { readonly functions: readonly string[]; readonly statement: string };

/**
 * `CREATE MODEL … TRANSFORM(…) OPTIONS(…)` for BigQuery ML from a model's definition, with the definitions of functions before
 * it. Its comments say what is not carried over. It trains anew there, by BigQuery ML's own means, so it is the same
 * definition and not the same weights. Throws NOT_EXPORTABLE with every part that BigQuery ML cannot carry.
 */
export function bigqueryModel(model: CompiledModel, target: BigqueryModelTarget): BigqueryModel {
  const problems: Problem[] = [];
  model.cascade.forEach((_, index) => {
    problems.push({ path: `/cascade/${index}`, message: CASCADE_REFUSAL });
  });
  const time = bigqueryIdentifier(target.time);
  const asOfSql = target.boundary === 'exclusive' ? `TIMESTAMP_SUB(${time}, INTERVAL 1 MICROSECOND)` : time;
  const sources = new TransformSources(asOfSql, target.trained?.constants ?? null);
  const places = documentPlaces(model.transform);
  const outputs = model.transform.map((output, index) =>
    collectRefusal(`/transform/${places[index]}/expression`, problems, () =>
      outputSql(output, model, sources),
    ),
  );
  problems.push(...nameProblems(model, target.time));
  const options = collectRefusal('/trainer', problems, () => bigqueryOptions(model.trainer));
  if (problems.length > 0 || options === null) throw notExportable(model, problems);
  const names = helperNames(model);
  const labelSql = labelOf(model, sources);
  const statement = [
    ...commentLines(model, target, { notes: options.notes, sources }),
    `CREATE OR REPLACE MODEL ${bigqueryIdentifier(target.model)}`,
    `TRANSFORM(\n  ${[...(outputs as string[]), names.label, names.isEvaluation].join(',\n  ')}\n)`,
    `OPTIONS(\n  ${optionLines(options, names).join(',\n  ')}\n)`,
    'AS',
    ...queryLines(model, target, { names, sources, labelSql }),
  ].join('\n');
  return { functions: [...sources.functions.values()], statement };
}

const CASCADE_REFUSAL =
  'what another model predicts here is not in BigQuery; make it a column of a table first, and a feature of the model';

type Names = { readonly label: string; readonly isEvaluation: string };

/** Names of the columns beside outputs and inputs, unlike all of them. */
function helperNames({ transform, transformInputs }: CompiledModel): Names {
  const taken = new Set([...transform, ...transformInputs].map(({ name }) => name.toLowerCase()));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name);
  return { label: free('label'), isEvaluation: free('is_evaluation') };
}

function outputSql(output: TransformOutput, { trainer }: CompiledModel, sources: TransformSources): string {
  const sql = transformSql(output.expression, sources);
  const isEmbedded = trainer.embeddings?.some((embedding) => embedding.output === output.name) ?? false;
  return `${asFeature(sql, output.expression.type, isEmbedded)} AS ${bigqueryIdentifier(output.name)}`;
}

/** A BOOL counts as 0 and 1; the number of a category is a category and no quantity. */
function asFeature(sql: string, type: string, isEmbedded: boolean): string {
  if (type === 'BOOL') return `CAST(${sql} AS INT64)`;
  return isEmbedded ? `CAST(${sql} AS STRING)` : sql;
}

function optionLines({ options }: BigqueryOptions, { label, isEvaluation }: Names): readonly string[] {
  return [
    ...options,
    ['INPUT_LABEL_COLS', `['${label}']`] as const,
    ['DATA_SPLIT_METHOD', "'CUSTOM'"] as const,
    ['DATA_SPLIT_COL', `'${isEvaluation}'`] as const,
  ].map(([name, sql]) => `${name} = ${sql}`);
}

type Parts = { readonly names: Names; readonly sources: TransformSources; readonly labelSql: string };

/** Two classes are a BOOL, several a STRING: classes as their weights name them. */
function labelOf({ label: { expression }, trainer }: CompiledModel, sources: TransformSources): string {
  const label = bigquerySql(expression, { columnSql: bigqueryIdentifier, asOfSql: sources.asOfSql });
  for (const { name, statement } of label.functions) sources.functions.set(name, statement);
  const type = LABEL_TYPES[taskOf(trainer)];
  return type === null || type === expression.type ? label.sql : `CAST(${label.sql} AS ${type})`;
}

const LABEL_TYPES: Readonly<Record<Task, ValueType | null>> = {
  binary: 'BOOL',
  multiClass: 'STRING',
  regression: null,
};

/** The rows that train and, where TRUE, evaluate; rows without a label are left out. */
function queryLines(
  { evaluateFromUs, validateFromUs }: CompiledModel,
  { table, time }: BigqueryModelTarget,
  { names, sources, labelSql }: Parts,
): readonly string[] {
  const from = validateFromUs ?? evaluateFromUs;
  const columns = [...new Set([...sources.columns, time])].map(bigqueryIdentifier);
  const computed = [...sources.computed].map(([name, sql]) => `${sql} AS ${bigqueryIdentifier(name)}`);
  const selected = [
    ...columns,
    ...computed,
    `${labelSql} AS ${names.label}`,
    `${sources.asOfSql} >= ${timestampSql(from)} AS ${names.isEvaluation}`,
  ];
  const isBefore =
    from === evaluateFromUs ? [] : [`  AND ${sources.asOfSql} < ${timestampSql(evaluateFromUs)}`];
  return [
    'SELECT *',
    `FROM (\n  SELECT\n    ${selected.join(',\n    ')}\n  FROM ${bigqueryIdentifier(table)}\n)`,
    `WHERE ${names.label} IS NOT NULL`,
    ...isBefore,
  ];
}

type Notes = { readonly notes: readonly string[]; readonly sources: TransformSources };

/** What the statement is, and what of the definition is not in it. */
function commentLines(
  { name, version, ...model }: CompiledModel,
  { trained }: BigqueryModelTarget,
  { notes, sources }: Notes,
): readonly string[] {
  const { postprocess, label, validateFromUs } = model;
  const named = JSON.stringify(postprocess.labels);
  const missing = [
    ...notes,
    ...(label.scale === undefined
      ? []
      : [`the label is not scaled by ${label.scale}: BigQuery ML predicts in its own units`]),
    ...(postprocess.calibration === null
      ? []
      : [`calibration (${postprocess.calibration}): probabilities are those of the model`]),
    ...(postprocess.threshold === 0.5
      ? []
      : [`the threshold ${postprocess.threshold}: pass one to ML.PREDICT as STRUCT(… AS threshold)`]),
    ...(postprocess.labels === null ? [] : [`names of the classes: ${named}`]),
    ...(validateFromUs === null ? [] : ['rows from evaluateFrom on are left out: give them to ML.EVALUATE']),
    ...[...sources.computed.keys()].map(
      (column) =>
        `${column} is computed before TRANSFORM, by a JavaScript function: compute it so for ML.PREDICT too`,
    ),
  ];
  const constants =
    sources.constantsUsed === 0 || trained === null
      ? []
      : [`-- What version ${trained.version} learnt stands in place of functions inside of functions.`];
  return [
    `-- Model "${name}", version ${version} of its definition. The means, deviations and categories of TRANSFORM are learnt anew.`,
    ...constants,
    ...(missing.length === 0 ? [] : ['-- Not carried over:', ...missing.map((each) => `-- * ${each}`)]),
  ];
}

function notExportable({ name }: CompiledModel, problems: readonly Problem[]): PlumblineError {
  const [first] = problems;
  const message = `model "${name}" has no form in BigQuery ML: ${first!.path}: ${first!.message}`;
  return new PlumblineError('NOT_EXPORTABLE', message, { problems });
}

function timestampSql(us: bigint): string {
  return `TIMESTAMP '${formatTimestamp(us)}'`;
}
