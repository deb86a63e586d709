import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { closestName } from '../definition/closest-name.js';
import { DOCUMENT_KINDS, type Document, type DocumentKind } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { pointerToken } from '../platform/json-pointer.js';
import { type JsonSchema, schemaOfKind } from './document.schema.js';

/**
 * Checks plain data against the published schema: the document, or every problem with path, what was found and what was
 * expected. What only the meaning can tell (types of columns, references) comes later.
 */
export function validateDocument(
  data: unknown,
): { readonly document: Document } | { readonly problems: readonly Problem[] } {
  const kind = kindOf(data);
  if (typeof kind !== 'string') return { problems: [kind] };
  const validate = validatorOf(kind);
  // The schema is the type of the document; nothing else makes one.
  if (validate(data)) return { document: data as Document };
  return { problems: (validate.errors ?? []).flatMap(problemsOf) };
}

function kindOf(data: unknown): DocumentKind | Problem {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    return { path: '', message: `is ${describe(data)}; a document is an object with a "kind"` };
  }
  const kind: unknown = 'kind' in data ? data.kind : undefined;
  const known = DOCUMENT_KINDS.find((candidate) => candidate === kind);
  if (known !== undefined) return known;
  const kinds = DOCUMENT_KINDS.join(', ');
  if (kind === undefined) return { path: '/kind', message: `is missing; expected one of ${kinds}` };
  return { path: '/kind', message: `is ${describe(kind)}; ${oneOf(kind, DOCUMENT_KINDS)}` };
}

const AJV = new Ajv2020({ allErrors: true, verbose: true, strict: true, allowUnionTypes: true });
const VALIDATORS = new Map<DocumentKind, ValidateFunction>();

/** Compiled at first use: a service that only serves never needs one. */
function validatorOf(kind: DocumentKind): ValidateFunction {
  const validator = VALIDATORS.get(kind) ?? AJV.compile(schemaOfKind(kind));
  VALIDATORS.set(kind, validator);
  return validator;
}

type Explain = (error: ErrorObject) => { readonly path?: string; readonly message: string } | null;

/** What each keyword of the schema says to a person; null is said by another keyword's error already. */
const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  additionalProperties: ({ params, parentSchema }) => {
    const found = String(params['additionalProperty']);
    const known = Object.keys((parentSchema?.['properties'] as object | undefined) ?? {});
    return { path: pointerToken(found), message: `is no known property; ${oneOf(found, known)}` };
  },
  required: ({ params }) => ({
    path: pointerToken(String(params['missingProperty'])),
    message: 'is missing; add it',
  }),
  enum: ({ data, params }) => ({
    message: `is ${describe(data)}; ${oneOf(data, params['allowedValues'] as readonly string[])}`,
  }),
  const: ({ data, params }) => ({
    message: `is ${describe(data)}; expected ${describe(params['allowedValue'])}`,
  }),
  type: ({ data, params }) => ({
    message: `is ${describe(data)}; expected ${TYPE_WORDS[String(params['type'])] ?? 'another type'}`,
  }),
  pattern: ({ data, parentSchema }) => ({
    message: `is ${describe(data)}; expected: ${String((parentSchema as JsonSchema)['description'])}`,
  }),
  propertyNames: () => null,
  minItems: ({ params }) => ({ message: `is empty; at least ${params['limit']} item is needed` }),
};

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  array: 'a list',
  object: 'an object',
};

function problemsOf(error: ErrorObject): readonly Problem[] {
  const explain = EXPLANATIONS[error.keyword];
  const explained = explain === undefined ? { message: error.message ?? error.keyword } : explain(error);
  if (explained === null) return [];
  return [{ path: `${error.instancePath}${explained.path ?? ''}`, message: explained.message }];
}

function oneOf(found: unknown, allowed: readonly string[]): string {
  const near = typeof found === 'string' ? closestName(found, allowed) : null;
  return near === null ? `expected one of ${allowed.join(', ')}` : `did you mean "${near}"?`;
}

/** A found value in few words. */
function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
