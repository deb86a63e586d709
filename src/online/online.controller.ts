import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { LOOKUP, type Lookup } from './lookup.js';
import { lookupJson, parseEntities } from './lookup-request.js';
import { LookupBody } from './online.body.js';

@ApiTags('values out')
@Controller(`${PROJECT_ROUTE}/online`)
export class OnlineController {
  constructor(
    @Inject(LOOKUP) private readonly lookups: Lookup,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post('lookup')
  @HttpCode(200)
  @ApiOperation({ summary: 'Latest feature values of entities, by feature service' })
  async lookup(@Project() project: string, @Body() body: LookupBody): Promise<unknown> {
    const service = this.catalogs.current().featureService(project, body.featureService, body.version);
    const answer = await this.lookups.lookup(service, parseEntities(service, body.entities));
    return lookupJson(service, answer);
  }
}
