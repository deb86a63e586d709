import type { EntityDocument, SourceDocument, SourceFeatureSetDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import { parseJsonValue } from '../definition/json-value.js';
import type { Lifetime } from '../definition/status.js';
import type { Value } from '../definition/value.js';
import type { KeyType, ValueType } from '../definition/value-type.js';
import { checkExpression, type Scope } from './check.js';
import { type ColumnarKernel, compileColumnarKernel } from './kernel.js';

export type CompiledFeature = {
  readonly name: string;
  readonly type: ValueType;
  /** Over the columns of the source, or over features of the inputs of a chained set. */
  readonly expression: Expression;
  readonly defaultValue: Value;
};

/** A feature set version over a source as every path uses it: parsed, typed and compiled once, never changed. */
export type CompiledFeatureSet = {
  readonly kind: 'stored';
  readonly name: string;
  readonly version: number;
  /** The registry's number of this version: short and unique over all projects, the prefix of its online keys. */
  readonly id: number;
  readonly source: SourceDocument;
  readonly entity: EntityDocument;
  /** Source columns that hold the entity's key, in the entity's order. */
  readonly keyColumns: readonly string[];
  readonly keyTypes: readonly KeyType[];
  readonly features: readonly CompiledFeature[];
  readonly lifetime: Lifetime;
  /** Source rows in, one column a feature out, named as the feature. */
  readonly kernel: ColumnarKernel;
};

export type FeatureSetParts = {
  readonly document: SourceFeatureSetDocument;
  readonly source: SourceDocument;
  readonly entity: EntityDocument;
  readonly version: number;
  readonly id: number;
};

/** Compiles a feature set against its source and entity. Throws INVALID_DOCUMENT or INVALID_EXPRESSION with every problem. */
export function compileFeatureSet(parts: FeatureSetParts): CompiledFeatureSet {
  const { document, source, entity } = parts;
  const scope = sourceScope(source);
  const problems: Problem[] = [];
  const features = document.features.map((_, index) => compileFeature(document, index, scope, problems));
  const keyColumns = keyColumnsOf(document, entity, scope, problems);
  requireUnique(
    document.features.map((feature) => feature.name),
    '/features',
    problems,
  );
  if (problems.length > 0) throw documentError(`feature set "${document.name}"`, problems);
  const whole = features as CompiledFeature[];
  return {
    kind: 'stored',
    name: document.name,
    version: parts.version,
    id: parts.id,
    source,
    entity,
    keyColumns,
    keyTypes: entity.keys.map((key) => key.type),
    features: whole,
    lifetime: lifetimeOf(document),
    kernel: compileColumnarKernel(whole.map(({ name, expression }) => ({ name, expression }))),
  };
}

/** The names a row expression sees: the source's columns. */
export function sourceScope(source: SourceDocument): Scope {
  return new Map(source.columns.map((column) => [column.name, column.type]));
}

/** One INVALID_DOCUMENT error for all problems of a document; a single expression problem keeps its own code. */
export function documentError(what: string, problems: readonly Problem[]): PlumblineError {
  const code = problems.every((problem) => 'position' in problem) ? 'INVALID_EXPRESSION' : 'INVALID_DOCUMENT';
  const listed = problems.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  return new PlumblineError(code, `${what} is refused: ${listed}`, { problems });
}

/** Adds a problem for every name that stands twice. */
export function requireUnique(names: readonly string[], path: string, problems: Problem[]): void {
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) {
      problems.push({ path: `${path}/${index}/name`, message: `"${name}" is there twice; rename one` });
    }
  });
}

function compileFeature(
  document: SourceFeatureSetDocument,
  index: number,
  scope: Scope,
  problems: Problem[],
): CompiledFeature | null {
  const feature = document.features[index]!;
  const path = `/features/${index}`;
  if (feature.column !== undefined && feature.expression !== undefined) {
    problems.push({ path, message: 'has both "column" and "expression"; keep one' });
    return null;
  }
  const expression = featureExpression(document, index, scope, problems);
  if (expression === null) return null;
  return withDefault(feature, expression, path, problems);
}

/** A feature of a checked expression with its default, which must be of the same type. */
export function withDefault(
  written: { readonly name: string; readonly default?: unknown },
  expression: Expression,
  path: string,
  problems: Problem[],
): CompiledFeature | null {
  const { type } = expression;
  const parsed = parseJsonValue(type, written.default ?? null);
  if ('value' in parsed) return { name: written.name, type, expression, defaultValue: parsed.value };
  problems.push({ path: `${path}/default`, message: parsed.problem });
  return null;
}

function featureExpression(
  document: SourceFeatureSetDocument,
  index: number,
  scope: Scope,
  problems: Problem[],
): Expression | null {
  const feature = document.features[index]!;
  const path = `/features/${index}`;
  if (feature.expression !== undefined) {
    const checked = checkExpression(feature.expression, { scope, allow: 'row' });
    if ('expression' in checked) return checked.expression;
    problems.push(...checked.problems.map((p) => ({ ...p, path: `${path}/expression` })));
    return null;
  }
  const name = feature.column ?? feature.name;
  const type = scope.get(name);
  if (type !== undefined) return { kind: 'column', name, type };
  const columns = [...scope.keys()].join(', ');
  problems.push({
    path: feature.column === undefined ? `${path}/name` : `${path}/column`,
    message: `source "${document.source}" has no column "${name}"; it has ${columns}`,
  });
  return null;
}

/** The source columns that hold the entity's key, in its order; adds a problem for each that the source has not. */
export function keyColumnsOf(
  document: Pick<SourceFeatureSetDocument, 'source' | 'keys'>,
  entity: EntityDocument,
  scope: Scope,
  problems: Problem[],
): readonly string[] {
  for (const key of Object.keys(document.keys ?? {})) {
    if (!entity.keys.some(({ name }) => name === key)) {
      problems.push({ path: `/keys/${key}`, message: `entity "${entity.name}" has no key "${key}"` });
    }
  }
  return entity.keys.map((key) => {
    const column = document.keys?.[key.name] ?? key.name;
    const type = scope.get(column);
    if (type !== key.type) {
      problems.push({
        path: `/keys/${key.name}`,
        message:
          type === undefined
            ? `source "${document.source}" has no column "${column}" for this key; map it under "keys"`
            : `column "${column}" is ${type}, the key of entity "${entity.name}" is ${key.type}`,
      });
    }
    return column;
  });
}

function lifetimeOf(document: SourceFeatureSetDocument): Lifetime {
  const maxAgeUs = document.maxAge === undefined ? null : parseDuration(document.maxAge, '/maxAge');
  const retentionUs =
    document.retention === undefined ? null : parseDuration(document.retention, '/retention');
  if (maxAgeUs !== null && retentionUs !== null && retentionUs < maxAgeUs) {
    throw documentError(`feature set "${document.name}"`, [
      { path: '/retention', message: 'is shorter than "maxAge"; rows would vanish while alive (S15)' },
    ]);
  }
  return { maxAgeUs, retentionUs };
}
