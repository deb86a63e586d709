import { DOCUMENT_KINDS } from '../definition/document.js';
import { documentComponents } from './document.schema.js';
import { VERSION_STATES } from './version-state.js';

const REFERENCE = {
  kind: { type: 'string', enum: DOCUMENT_KINDS },
  name: { type: 'string' },
  version: { type: 'integer' },
};

const STATE = { type: 'string', enum: VERSION_STATES };

const FINGERPRINT = { type: 'string', description: 'SHA-256 of its meaning' };

/** A number up to ±(2^53 − 1), else a decimal string (S4). */
const INT64 = { anyOf: [{ type: 'integer' }, { type: 'string' }] };

const ROW_SCHEMA = { type: 'object', description: 'JSON Schema of the rows that …/rows takes' };

const CHANGE = {
  type: 'object',
  properties: {
    ...REFERENCE,
    action: { type: 'string', enum: ['created', 'newVersion', 'updated', 'unchanged'] },
    differences: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string' },
          from: {},
          to: {},
          of: { type: 'string' },
          fromType: { type: 'string' },
          toType: { type: 'string' },
        },
        required: ['path', 'from', 'to'],
      },
    },
    dependants: {
      type: 'array',
      items: {
        type: 'object',
        properties: { ...REFERENCE, pinned: { type: 'boolean' }, next: { type: 'integer' } },
        required: ['kind', 'name', 'version', 'pinned'],
      },
    },
    warnings: { type: 'array', items: { type: 'string' } },
    primedFrom: {
      type: 'object',
      properties: { source: { type: 'string' }, rows: { anyOf: [INT64, { type: 'null' }] } },
      required: ['source', 'rows'],
    },
    rowSchema: ROW_SCHEMA,
  },
  required: ['kind', 'name', 'version', 'action', 'differences', 'dependants', 'warnings'],
};

const DEPENDANT = {
  type: 'object',
  properties: {
    kind: { type: 'string', enum: [...DOCUMENT_KINDS, 'TrainingSet', 'TrainedModel'] },
    name: { type: 'string' },
    version: { type: 'integer' },
    state: STATE,
  },
  required: ['kind', 'name'],
};

const VERSION = {
  type: 'object',
  properties: {
    version: { type: 'integer' },
    state: { type: 'string', enum: [...VERSION_STATES, 'priming'] },
    reason: { type: 'string' },
    use: { type: 'string' },
    fingerprint: FINGERPRINT,
    createdAt: { type: 'string', format: 'date-time' },
    activation: {
      type: 'object',
      properties: { sequence: INT64, visibleAt: { type: 'string', format: 'date-time' } },
      required: ['sequence', 'visibleAt'],
    },
    dependants: { type: 'array', items: { $ref: '#/components/schemas/Dependant' } },
  },
  required: ['version', 'state', 'fingerprint', 'createdAt', 'dependants'],
};

const SUMMARY = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    version: { type: 'integer' },
    state: STATE,
    description: { type: 'string' },
    owner: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name', 'version', 'state'],
};

const DETAILS = {
  type: 'object',
  properties: {
    ...REFERENCE,
    state: STATE,
    fingerprint: FINGERPRINT,
    createdAt: { type: 'string', format: 'date-time' },
    document: { $ref: '#/components/schemas/Document' },
    pins: { type: 'object', additionalProperties: { type: 'integer' } },
    rowSchema: ROW_SCHEMA,
  },
  required: ['kind', 'name', 'version', 'state', 'fingerprint', 'createdAt', 'document', 'pins'],
};

/** Components of the OpenAPI document: definitions, and what the registry answers about them. */
export const REGISTRY_COMPONENTS: Readonly<Record<string, object>> = {
  ...documentComponents(),
  Change: CHANGE,
  DocumentVersion: { type: 'object', properties: REFERENCE, required: ['kind', 'name', 'version'] },
  Dependant: DEPENDANT,
  Version: VERSION,
  DocumentSummary: SUMMARY,
  DocumentDetails: DETAILS,
};
