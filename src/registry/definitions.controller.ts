import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, type Type } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { DocumentKind } from '../definition/document.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { singleRequest } from './apply-request.js';
import { CATALOG_HOLDER, CatalogHolder } from './catalog.js';
import type { Change } from './change.js';
import { type DefinitionList, listed } from './definition-list.js';
import { ListQuery, VersionQuery } from './definitions.body.js';
import { type DocumentDetails, detailsOf, summaryOf } from './document-view.js';
import { KIND_ROUTES } from './kind-routes.js';
import { PlanApply } from './plan-apply.js';

/** One controller a kind; they differ in path and schema alone. */
export const DEFINITION_CONTROLLERS: readonly Type[] = [
  controllerOf('Entity'),
  controllerOf('Source'),
  controllerOf('FeatureSet'),
  controllerOf('FeatureService'),
  controllerOf('Model'),
];

function controllerOf(kind: DocumentKind): Type {
  @ApiTags('definitions')
  @Controller(`${PROJECT_ROUTE}/${KIND_ROUTES[kind]}`)
  class DefinitionsController {
    constructor(
      @Inject(PlanApply) private readonly definitions: PlanApply,
      @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
    ) {}

    @Post()
    @HttpCode(200)
    @ApiOperation({
      summary: `Registers one ${kind}; its "kind" may be left out`,
      operationId: `register${kind}`,
    })
    @ApiConsumes('application/json', 'application/yaml')
    @ApiBody({ schema: { $ref: `#/components/schemas/${kind}` } })
    @ApiOkResponse({ schema: { $ref: '#/components/schemas/Change' } })
    async register(@Project() project: string, @Body() body: unknown): Promise<Change> {
      const [change] = await this.definitions.apply(singleRequest(project, kind, body));
      return change!;
    }

    @Get()
    @ApiOperation({ summary: `Lists each ${kind} in its latest version`, operationId: `list${kind}` })
    @ApiOkResponse({
      schema: {
        type: 'object',
        properties: {
          items: { type: 'array', items: { $ref: '#/components/schemas/DocumentSummary' } },
          next: { type: 'string' },
        },
        required: ['items'],
      },
    })
    list(@Project() project: string, @Query() filter: ListQuery): DefinitionList {
      return listed(this.catalogs.current().list(project, kind).map(summaryOf), filter);
    }

    @Get(':name')
    @ApiOperation({ summary: `Reads one ${kind}`, operationId: `read${kind}` })
    @ApiOkResponse({ schema: { $ref: '#/components/schemas/DocumentDetails' } })
    read(
      @Project() project: string,
      @Param('name') name: string,
      @Query() { version }: VersionQuery,
    ): DocumentDetails {
      const catalog = this.catalogs.current();
      return detailsOf(catalog.registered(project, kind, name, version));
    }
  }
  Object.defineProperty(DefinitionsController, 'name', { value: `${kind}Controller` });
  return DefinitionsController;
}
