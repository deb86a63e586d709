import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { requireNoLabels, withoutLabels } from '../../compile/without-labels.js';
import { stringifyJson } from '../../definition/json-value.js';
import { askedService } from '../../offline/asked-features.js';
import { CLOCK, type Clock } from '../../platform/clock.js';
import { Exchange } from '../../platform/exchange.js';
import { PROJECT_ROUTE, Project } from '../../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../registry/catalog.js';
import { ExplainBody } from './explain.body.js';
import { Explain } from './explain.js';
import { explainRequest } from './explain-request.js';

@ApiTags('audits')
@Controller(`${PROJECT_ROUTE}/explain`)
export class ExplainController {
  constructor(
    @Inject(Explain) private readonly explain: Explain,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'What one value is made of: the rows and tiles that are in it as of T, by a rule',
  })
  async one(
    @Project() project: string,
    @Body() body: ExplainBody,
    @Exchange() { reply }: Exchange,
  ): Promise<string> {
    const { featureService, version, features } = body;
    const asked = askedService(this.catalogs.current(), project, {
      ...(featureService != null && { featureService }),
      ...(version != null && { version }),
      ...(features != null && { features }),
    });
    // A value of an answer is explained, and no answer has labels.
    const service = withoutLabels(asked);
    if (service.outputs.length === 0) requireNoLabels(asked);
    const request = explainRequest(body, { project, service, nowUs: this.clock.nowUs() });
    const explanation = await this.explain.of(request);
    reply.header('content-type', 'application/json; charset=utf-8');
    return stringifyJson(explanation);
  }
}
