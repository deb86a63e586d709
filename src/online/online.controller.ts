import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import { Exchange } from '../platform/exchange.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type Catalog, type CatalogHolder } from '../registry/catalog.js';
import { ANSWER_LOG, type AnswerLog } from './answer-log.js';
import { LOOKUP, type Lookup } from './lookup.js';
import { LOOKUP_PARTS, type LookupWriter, lookupWriter } from './lookup-json.js';
import { parseLeast } from './lookup-least.js';
import { parseEntities } from './lookup-request.js';
import { LookupBody } from './online.body.js';

@ApiTags('values out')
@Controller(`${PROJECT_ROUTE}/online`)
export class OnlineController {
  private readonly writers = new WeakMap<CompiledFeatureService, LookupWriter>();

  constructor(
    @Inject(LOOKUP) private readonly lookups: Lookup,
    @Inject(ANSWER_LOG) private readonly answers: AnswerLog,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post('lookup')
  @HttpCode(200)
  @ApiOperation({ summary: 'Latest feature values of entities, by feature service or by a list of features' })
  async lookup(
    @Project() project: string,
    @Body() body: LookupBody,
    @Exchange() { reply }: Exchange,
  ): Promise<Buffer> {
    const catalog = this.catalogs.current();
    const service = serviceOf(catalog, project, body);
    const asked = parseEntities(service, body.entities);
    const least = body.minSequence == null ? undefined : parseLeast(project, service, body.minSequence);
    const answer = await this.lookups.lookup(service, asked, least);
    this.answers.offer({ project, service, asked, answer });
    reply.header('content-type', 'application/json; charset=utf-8');
    const warnings = catalog.warningsOf(project, service);
    return this.writerOf(service)(answer, { include: body.include ?? LOOKUP_PARTS, warnings });
  }

  private writerOf(service: CompiledFeatureService): LookupWriter {
    const known = this.writers.get(service);
    if (known !== undefined) return known;
    const writer = lookupWriter(service);
    this.writers.set(service, writer);
    return writer;
  }
}

function serviceOf(catalog: Catalog, project: string, body: LookupBody): CompiledFeatureService {
  const { featureService, features, version } = body;
  if (featureService != null && features == null)
    return catalog.featureService(project, featureService, version ?? undefined);
  if (features != null && featureService == null && version == null)
    return catalog.featureList(project, features);
  const message =
    features == null
      ? 'say what to look up: name a "featureService", or list "features"'
      : 'a list of "features" goes without "featureService" and "version"; pin one as "set@2:feature"';
  throw new PlumblineError('INVALID_REQUEST', message, { path: '/features' });
}
