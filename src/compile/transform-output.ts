import type { Problem } from '../definition/error.js';
import { childrenOf, type Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { checkTransformOutput, type Scope } from './check.js';
import { PREPROCESSING } from './fitted/table.js';

/** One output of a transform before fitting: its text as written and the typed form of it. */
export type TransformOutput = {
  readonly name: string;
  readonly text: string;
  readonly expression: Expression;
};

type OutputDocument = { readonly name: string; readonly expression: string };

/**
 * Compiles the outputs of a transform. One whose expression stands for several, one a field, becomes several outputs, named
 * `name_field`. Each is BOOL, INT64, FLOAT64 or ARRAY<FLOAT64>, or a function that encodes as a whole. Problems have paths
 * below `/transform`.
 */
export function compileTransformOutputs(
  documents: readonly OutputDocument[],
  scope: Scope,
  problems: Problem[],
): readonly TransformOutput[] {
  const taken = new Set<string>();
  return documents.flatMap((document, index) => {
    const path = `/transform/${index}/expression`;
    const outputs = compileOutput(document, scope);
    if ('problems' in outputs) {
      problems.push(...outputs.problems.map((problem) => ({ ...problem, path })));
      return [];
    }
    for (const { name, expression } of outputs) {
      const message = refusal(expression);
      if (message !== null) problems.push({ path, message });
      if (taken.has(name) && !documents.slice(0, index).some((other) => other.name === document.name)) {
        problems.push({
          path,
          message: `makes an output "${name}", as another output does; rename one of them`,
        });
      }
      taken.add(name);
    }
    return outputs;
  });
}

function compileOutput(
  { name, expression: text }: OutputDocument,
  scope: Scope,
): readonly TransformOutput[] | { readonly problems: readonly Problem[] } {
  const checked = checkTransformOutput(text, scope);
  if ('problems' in checked) return checked;
  return checked.outputs.map(({ field, expression }) => ({
    name: field === null ? name : `${name}_${field}`,
    text,
    expression,
  }));
}

/** Why an expression cannot be a model input, with the remedy; null when it can. */
function refusal(expression: Expression): string | null {
  if (expression.kind === 'fitted' && isEncoded(expression)) {
    return expression.function === 'HASH_BUCKETIZE'
      ? hashRefusal(Number(expression.parameters['buckets']))
      : null;
  }
  const vector = childrenOf(expression)
    .map(vectorWithin)
    .find((name) => name !== null);
  if (vector !== undefined) {
    return `${vector} gives several model inputs; it can only be the whole expression of an output`;
  }
  const { type } = expression;
  if (MODEL_INPUTS.some((input) => input === type)) return null;
  return `is ${type}, a model input is a number; ${REMEDIES[type] ?? 'take numbers from it'}`;
}

/** A model input is a float32, which tells whole numbers up to this apart. */
const LARGEST_INDEX = 2 ** 24;

function hashRefusal(buckets: number): string | null {
  if (buckets === 0)
    return 'is the hash itself, which is no model input; give HASH_BUCKETIZE a number of buckets';
  if (buckets <= LARGEST_INDEX) return null;
  return `has ${buckets} buckets, a model input tells ${LARGEST_INDEX} apart at most; give HASH_BUCKETIZE fewer`;
}

const MODEL_INPUTS: readonly ValueType[] = ['BOOL', 'INT64', 'FLOAT64', 'ARRAY<FLOAT64>'];

const REMEDIES: Partial<Record<ValueType, string>> = {
  STRING: 'encode it with ONE_HOT_ENCODER(…) OVER ()',
  TIMESTAMP: 'take a part with EXTRACT(HOUR FROM …)',
  DATE: 'take a part with EXTRACT(DAYOFWEEK FROM …)',
  'ARRAY<STRING>': 'encode it with MULTI_HOT_ENCODER(…) OVER () or BAG_OF_WORDS(…) OVER ()',
};

function isEncoded(expression: Extract<Expression, { readonly kind: 'fitted' }>): boolean {
  return PREPROCESSING[expression.function].encode !== undefined;
}

/** The function within an expression whose result is a vector, or null. */
function vectorWithin(expression: Expression): string | null {
  const isVector = expression.kind === 'fitted' && PREPROCESSING[expression.function].apply === undefined;
  if (isVector) return expression.function;
  return (
    childrenOf(expression)
      .map(vectorWithin)
      .find((name) => name !== null) ?? null
  );
}
