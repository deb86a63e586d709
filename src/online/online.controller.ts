import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { CompiledFeatureService } from '../compile/feature-service.js';
import { PlumblineError } from '../definition/error.js';
import { Hot } from '../platform/hot-route.js';
import type { HttpRequest } from '../platform/http-types.js';
import { PROJECT_ROUTE, projectOf } from '../platform/project.js';
import { validateBody } from '../platform/validation.js';
import { CATALOG_HOLDER, type Catalog, type CatalogHolder } from '../registry/catalog.js';
import { ANSWER_LOG, type AnswerLog } from './answer-log.js';
import { LOOKUP, type Lookup } from './lookup.js';
import { isLookupBody } from './lookup-body.js';
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
  @Hot()
  @ApiOperation({ summary: 'Latest feature values of entities, by feature service or by a list of features' })
  @ApiParam({ name: 'project', type: String })
  @ApiBody({ type: LookupBody })
  async lookup(@Req() { params, body: json }: HttpRequest): Promise<string | Buffer> {
    const project = projectOf(params);
    const body = isLookupBody(json) ? json : await validateBody(LookupBody, json);
    const catalog = this.catalogs.current();
    const service = serviceOf(catalog, project, body);
    const asked = parseEntities(service, body.entities);
    const least = body.minSequence == null ? undefined : parseLeast(project, service, body.minSequence);
    const answer = await this.lookups.lookup(service, asked, least);
    this.answers.offer({ project, service, asked, answer });
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
