import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import type { ColumnDocument, SourceDocument } from '../definition/document.js';
import { elementTypeOf, type ScalarType } from '../definition/value-type.js';
import type { JsonSchema } from './document.schema.js';
import type { Registered } from './project-definitions.js';

/** The schema of rows that a source or feature set goes with; null for other kinds. */
export function registeredRowSchema({ stored, compiled }: Registered): JsonSchema | null {
  if (stored.kind === 'Source' && 'columns' in compiled) return rowSchemaOf(compiled);
  if (stored.kind === 'FeatureSet' && 'kernel' in compiled) return rowSchemaOfSet(compiled);
  return null;
}

/** JSON Schema (draft 2020-12) of the rows that a source takes (S4). Its times are required, what is absent is NULL. */
function rowSchemaOf(source: SourceDocument): JsonSchema {
  const times = [source.eventTime, source.createdTime].filter((name) => name !== undefined);
  return schemaOf(source, times);
}

/** The same for rows that give a feature set a value: its keys are required too. */
function rowSchemaOfSet({ source, keyColumns }: SourceFeatureSet): JsonSchema {
  const times = [source.eventTime, source.createdTime].filter((name) => name !== undefined);
  return schemaOf(source, [...times, ...keyColumns]);
}

function schemaOf(source: SourceDocument, required: readonly string[]): JsonSchema {
  const needed = new Set(required);
  const columns = source.columns.map((column) => [
    column.name,
    columnSchema(column, needed.has(column.name)),
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: Object.fromEntries(columns),
    required: [...needed],
    additionalProperties: false,
  };
}

function columnSchema({ type, dimension, description }: ColumnDocument, required: boolean): JsonSchema {
  const element = elementTypeOf(type);
  const length = dimension === undefined ? {} : { minItems: dimension, maxItems: dimension };
  const values =
    element === null
      ? SCALARS[type as ScalarType]
      : [{ type: 'array', items: anyOf(SCALARS[element], false), ...length }];
  return { ...anyOf(values, required), ...(description !== undefined && { description }) };
}

function anyOf(schemas: readonly JsonSchema[], required: boolean): JsonSchema {
  const all = required ? schemas : [...schemas, { type: 'null' }];
  return all.length === 1 ? all[0]! : { anyOf: all };
}

const SCALARS: Readonly<Record<ScalarType, readonly JsonSchema[]>> = {
  BOOL: [{ type: 'boolean' }],
  INT64: [{ type: 'integer' }, { type: 'string', pattern: '^(?:0|-?[1-9][0-9]{0,18})$' }],
  FLOAT64: [{ type: 'number' }, { enum: ['NaN', 'Infinity', '-Infinity'] }],
  STRING: [{ type: 'string' }],
  BYTES: [{ type: 'string', contentEncoding: 'base64' }],
  TIMESTAMP: [
    {
      type: 'string',
      description: 'RFC 3339 with a zone, or local time with an IANA zone in brackets',
      examples: ['2013-07-01T00:00:00Z', '2013-07-01T00:00:00[America/New_York]'],
    },
  ],
  DATE: [{ type: 'string', format: 'date' }],
};
