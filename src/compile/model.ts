import type { InputDocument, LabelScaler, ModelDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { type Expression, namesIn } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { checkExpression, type Scope } from './check.js';
import type { CompiledFeatureService } from './feature-service.js';
import { documentError, requireUnique } from './feature-set.js';
import { type CompiledCascade, cascadeColumns, compileCascade, type Upstream } from './model-cascade.js';
import { compileFolds, type Folds } from './model-folds.js';
import { checkLabel } from './model-label.js';
import { compilePostprocess, type Postprocess } from './model-postprocess.js';
import { checkModelSize } from './model-size.js';
import { compileSplit } from './model-split.js';
import { compileTrainer, type Trainer } from './model-trainer.js';
import { labelNames } from './service-reads.js';
import { compileTransformOutputs, type TransformOutput } from './transform-output.js';
import { withoutLabels } from './without-labels.js';

export type ModelInput = { readonly name: string; readonly type: ValueType };

/** A model definition's version: everything training and prediction need, typed once. */
export type CompiledModel = {
  readonly name: string;
  readonly version: number;
  /** The registry's number of this definition version. */
  readonly id: number;
  /** What its training sets are made with: features, and labels where it has some. */
  readonly service: CompiledFeatureService;
  /** What it is served by: the service without its labels. */
  readonly servedBy: CompiledFeatureService;
  /** What a caller sends with a prediction: the service's key columns and request inputs, then the model's own. */
  readonly inputs: readonly ModelInput[];
  /** Other models whose predictions the transform reads. */
  readonly cascade: readonly CompiledCascade[];
  /** What the transform reads: `inputs`, the features of the service, then the predictions of other models. */
  readonly transformInputs: readonly ModelInput[];
  readonly label: {
    /** Over `columns`, `inputs` and the features of the service, of a type that the trainer's task takes. */
    readonly expression: Expression;
    /** What it alone sees: columns of the frame, and the service's labels with the keys that only they have. */
    readonly columns: readonly ModelInput[];
    readonly scale?: LabelScaler;
  };
  readonly transform: readonly TransformOutput[];
  /** Microseconds: rows as of this instant up to `evaluateFromUs` validate; null where none do. */
  readonly validateFromUs: bigint | null;
  /** Microseconds: rows as of this instant or later evaluate, earlier ones train or validate. */
  readonly evaluateFromUs: bigint;
  readonly trainer: Trainer;
  /** Null where the final model is the only one. */
  readonly folds: Folds | null;
  readonly postprocess: Postprocess;
};

export type ModelParts = {
  readonly document: ModelDocument;
  readonly version: number;
  readonly id: number;
  readonly service: CompiledFeatureService;
  /** What the document's `cascade` names, in its order. */
  readonly upstreams?: readonly Upstream[];
};

/**
 * Compiles a model against its feature service. The label sees its own columns, key columns, request inputs, features, labels
 * and AS_OF(); the transform sees those but for the label's columns and labels, and predictions of other models. Each transform output is BOOL, INT64 or FLOAT64, or
 * a ONE_HOT_ENCODER as a whole. Throws INVALID_DOCUMENT or INVALID_EXPRESSION with every problem.
 */
export function compileModel(parts: ModelParts): CompiledModel {
  const { document, service } = parts;
  const problems: Problem[] = [];
  const servedBy = withoutLabels(service);
  const inputs = inputsOf(document, servedBy);
  const { cascade: cascadeDocuments = [] } = document;
  const cascade = compileCascade(cascadeDocuments, parts.upstreams ?? [], { service, inputs }, problems);
  const frameInputs = [...inputs, ...servedBy.outputs];
  const transformInputs = [...frameInputs, ...cascadeColumns(cascade)];
  requireDistinctNames(document, service, problems);
  requireScalarInputs(document, service, problems);
  const columns = labelColumns(document, service, frameInputs);
  const label = compileLabel(document, [...frameInputs, ...columns], problems);
  const transform = compileTransform(document, { service, transformInputs }, problems);
  if (label !== null) checkLabel(document, label, problems);
  const split = compileSplit(document.split, problems);
  const trainer = compileTrainer(document, label, problems);
  if (trainer !== null) checkModelSize(trainer, transform, problems);
  const folds = compileFolds(document.trainer, completeAfterUs(label, service), problems);
  const postprocess = compilePostprocess(document, trainer, problems);
  if (problems.length > 0 || label === null || split === null || trainer === null) {
    throw documentError(`model "${document.name}"`, problems);
  }
  return {
    name: document.name,
    version: parts.version,
    id: parts.id,
    service,
    servedBy,
    inputs,
    cascade,
    transformInputs,
    label: { ...document.label, columns, expression: label },
    transform,
    ...split,
    trainer,
    folds,
    postprocess,
  };
}

/** What only the label sees of a training set: columns of its own, and what of the service looks forward. */
function labelColumns(
  { label: { columns } }: ModelDocument,
  { keyColumns, outputs }: CompiledFeatureService,
  frameInputs: readonly ModelInput[],
): readonly ModelInput[] {
  const served = new Set(frameInputs.map(({ name }) => name));
  return [...columns, ...[...keyColumns, ...outputs].filter(({ name }) => !served.has(name))];
}

/** How long after T the windows are complete that the label reads, microseconds; 0 where it reads none that look forward. */
function completeAfterUs(label: Expression | null, { entries }: CompiledFeatureService): bigint {
  const read = new Set(label === null ? [] : namesIn(label));
  return entries
    .flatMap((entry) => (entry.kind === 'windowed' ? entry.shown : []))
    .filter(({ outputName }) => read.has(outputName))
    .reduce((most, feature) => maxOf(most, feature.completeAfterUs ?? 0n), 0n);
}

function maxOf(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** A label is typed like any other column, so that what is said of it is why it may not be read. */
function compileTransform(
  document: ModelDocument,
  {
    service,
    transformInputs,
  }: { readonly service: CompiledFeatureService; readonly transformInputs: readonly ModelInput[] },
  problems: Problem[],
): readonly TransformOutput[] {
  const labels = labelNames(service);
  const typed = service.outputs.filter(({ name }) => labels.has(name));
  const scope = scopeOf([...transformInputs, ...typed]);
  const outputs = compileTransformOutputs(document.transform, scope, problems);
  document.transform.forEach(({ expression: text }, index) => {
    const read = outputs.filter((output) => output.text === text);
    const names = read.flatMap(({ expression }) => namesIn(expression));
    const label = names.find((name) => labels.has(name));
    if (label === undefined) return;
    const message = `reads "${label}", which looks forward from T: no prediction can know it; only the label may read it`;
    problems.push({ path: `/transform/${index}/expression`, message });
  });
  return outputs;
}

function scopeOf(inputs: readonly InputDocument[]): Scope {
  return new Map(inputs.map(({ name, type }) => [name, type]));
}

/** A request input of the service that the model declares as well is one input. */
function inputsOf(
  { requestInputs = [] }: ModelDocument,
  { keyColumns, requestInputs: ofService }: CompiledFeatureService,
): readonly ModelInput[] {
  const own = requestInputs.filter(({ name }) => !ofService.some((input) => input.name === name));
  return [...keyColumns, ...ofService, ...own];
}

function requireDistinctNames(
  document: ModelDocument,
  service: CompiledFeatureService,
  problems: Problem[],
): void {
  const taken = new Map<string, string>(service.keyColumns.map(({ name }) => [name, 'a key column']));
  for (const { name } of service.outputs) taken.set(name, 'a feature');
  const ofService = new Map(service.requestInputs.map(({ name, type }) => [name, type]));
  const claim = (name: string, path: string, what: string): void => {
    const owner = taken.get(name);
    if (owner === undefined) taken.set(name, what);
    else problems.push({ path, message: `"${name}" is ${owner} already; drop it here or rename it` });
  };
  document.requestInputs?.forEach(({ name, type }, index) => {
    const known = ofService.get(name);
    if (known === undefined) claim(name, `/requestInputs/${index}/name`, 'a request input');
    else if (known !== type) {
      const message = `"${name}" is ${known} in feature service "${service.name}", ${type} here; give it one type`;
      problems.push({ path: `/requestInputs/${index}/type`, message });
    }
  });
  for (const name of ofService.keys()) taken.set(name, 'a request input');
  document.label.columns.forEach(({ name }, index) => {
    claim(name, `/label/columns/${index}/name`, 'a label column');
  });
  requireUnique(
    document.transform.map(({ name }) => name),
    '/transform',
    problems,
  );
}

function requireScalarInputs(
  document: ModelDocument,
  service: CompiledFeatureService,
  problems: Problem[],
): void {
  for (const { name, type } of service.requestInputs) {
    if (!type.startsWith('ARRAY<')) continue;
    const message = `feature service "${service.name}" takes request input "${name}" as ${type}; a prediction request carries one scalar an input`;
    problems.push({ path: '/featureService', message });
  }
  document.requestInputs?.forEach(({ name, type }, index) => {
    if (!type.startsWith('ARRAY<')) return;
    const message = `request input "${name}" is ${type}; a prediction request carries one scalar an input`;
    problems.push({ path: `/requestInputs/${index}/type`, message });
  });
}

function compileLabel(
  document: ModelDocument,
  columns: readonly ModelInput[],
  problems: Problem[],
): Expression | null {
  const scope = scopeOf(columns);
  const path = '/label/expression';
  const checked = checkExpression(document.label.expression, { scope, allow: 'read' });
  if ('problems' in checked) {
    problems.push(...checked.problems.map((problem) => ({ ...problem, path })));
    return null;
  }
  return checked.expression;
}
