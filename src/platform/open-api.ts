import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ERROR_CODES } from '../definition/error.js';
import { JOB_STATES } from './job.js';

type Schemas = Readonly<Record<string, object>>;

/** Serves the OpenAPI document at `/docs` and `/docs-json`, made at the first look; `schemas` are added to its components. */
export function serveOpenApi(app: NestFastifyApplication, schemas: Schemas): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app, schemas));
}

/** The OpenAPI document of every route of the application. */
function openApiDocument(app: NestFastifyApplication, schemas: Schemas): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setTitle('Plumbline')
    .setDescription('A feature store whose training and serving values are proven equal.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .build();
  const document = SwaggerModule.createDocument(app, settings);
  const components = { ...document.components?.schemas, ...SCHEMAS, ...schemas };
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) withErrorResponse(operation);
  }
  return { ...document, components: { ...document.components, schemas: components as never } };
}

function withErrorResponse(operation: unknown): void {
  if (operation === null || typeof operation !== 'object' || !('responses' in operation)) return;
  Object.assign(operation.responses ?? {}, {
    default: {
      description: 'The request failed; docs/errors.md lists every code.',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  });
}

const PROBLEM = {
  type: 'object',
  properties: { path: { type: 'string' }, message: { type: 'string' } },
  required: ['path', 'message'],
};

const ERROR = {
  code: { type: 'string', enum: Object.keys(ERROR_CODES) },
  message: { type: 'string' },
  path: { type: 'string' },
  problems: { type: 'array', items: PROBLEM },
};

const SCHEMAS: Schemas = {
  Error: {
    type: 'object',
    properties: {
      error: {
        type: 'object',
        properties: { ...ERROR, requestId: { type: 'string' } },
        required: ['code', 'message', 'requestId'],
      },
    },
    required: ['error'],
  },
  Job: {
    type: 'object',
    properties: {
      id: { type: 'string' },
      kind: { type: 'string' },
      state: { type: 'string', enum: JOB_STATES },
      progress: {
        type: 'object',
        properties: { done: { type: 'integer' }, total: { type: 'integer' } },
        required: ['done', 'total'],
      },
      attempt: { type: 'integer', minimum: 1 },
      createdAt: { type: 'string', format: 'date-time' },
      finishedAt: { type: ['string', 'null'], format: 'date-time' },
      result: {},
      error: { type: 'object', properties: ERROR, required: ['code', 'message'] },
    },
    required: ['id', 'kind', 'state', 'progress', 'attempt', 'createdAt', 'finishedAt'],
  },
};
