import type { Document, Documentation, DocumentKind } from '../definition/document.js';
import { DOCUMENT_KINDS } from '../definition/document.js';
import type { JsonSchema } from './document.schema.js';
import { documentComponents } from './document.schema.js';
import type { Pins } from './pins.js';
import type { Registered } from './project-definitions.js';
import { registeredRowSchema } from './row-schema.js';

/** A document in a list. */
export type DocumentSummary = Documentation & { readonly name: string; readonly version: number };

/** A document version as it was registered. */
export type DocumentDetails = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly createdAt: string;
  /** As it was written. */
  readonly document: Document;
  /** Versions that its open references were resolved to, by JSON pointer. */
  readonly pins: Pins;
  readonly rowSchema?: JsonSchema;
};

export function summaryOf({ stored }: Registered): DocumentSummary {
  const { description, owner, tags } = stored.document;
  return {
    name: stored.name,
    version: stored.version,
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(tags !== undefined && { tags }),
  };
}

export function detailsOf(registered: Registered): DocumentDetails {
  const { kind, name, version, fingerprint, createdAt, document, pins } = registered.stored;
  const rowSchema = registeredRowSchema(registered);
  return {
    kind,
    name,
    version,
    fingerprint,
    createdAt: createdAt.toISOString(),
    document,
    pins,
    ...(rowSchema !== null && { rowSchema }),
  };
}

const REFERENCE = {
  kind: { type: 'string', enum: DOCUMENT_KINDS },
  name: { type: 'string' },
  version: { type: 'integer' },
};

const ROW_SCHEMA = { type: 'object', description: 'JSON Schema of the rows that …/rows takes' };

const CHANGE = {
  type: 'object',
  properties: {
    ...REFERENCE,
    action: { type: 'string', enum: ['created', 'newVersion', 'updated', 'unchanged'] },
    differences: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, from: {}, to: {} } },
    },
    dependants: { type: 'array', items: { type: 'object', properties: REFERENCE } },
    rowSchema: ROW_SCHEMA,
  },
  required: ['kind', 'name', 'version', 'action', 'differences', 'dependants'],
};

const SUMMARY = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'integer' },
    description: { type: 'string' },
    owner: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'version'],
};

const DETAILS = {
  type: 'object',
  properties: {
    ...REFERENCE,
    fingerprint: { type: 'string', description: 'SHA-256 of its meaning' },
    createdAt: { type: 'string', format: 'date-time' },
    document: { $ref: '#/components/schemas/Document' },
    pins: { type: 'object', additionalProperties: { type: 'integer' } },
    rowSchema: ROW_SCHEMA,
  },
  required: ['kind', 'name', 'version', 'fingerprint', 'createdAt', 'document', 'pins'],
};

/** Components of the OpenAPI document: definitions, and what the registry answers about them. */
export const REGISTRY_COMPONENTS: Readonly<Record<string, object>> = {
  ...documentComponents(),
  Change: CHANGE,
  DocumentSummary: SUMMARY,
  DocumentDetails: DETAILS,
};
