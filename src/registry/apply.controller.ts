import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { YamlText } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { validateBody } from '../platform/validation.js';
import { jsonRequest, yamlRequest } from './apply-request.js';
import type { Change } from './change.js';
import { ApplyBody, PlanQuery } from './definitions.body.js';
import { type ApplyRequest, PlanApply } from './plan-apply.js';

type Changes = { readonly changes: readonly Change[] };

const CHANGES = {
  schema: {
    type: 'object',
    properties: { changes: { type: 'array', items: { $ref: '#/components/schemas/Change' } } },
    required: ['changes'],
  },
};

@ApiTags('definitions')
@Controller(PROJECT_ROUTE)
export class ApplyController {
  constructor(@Inject(PlanApply) private readonly definitions: PlanApply) {}

  @Post('apply')
  @HttpCode(200)
  @ApiOperation({ summary: 'Registers many documents in one transaction' })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({ type: ApplyBody })
  @ApiOkResponse(CHANGES)
  async apply(@Project() project: string, @Body() body: unknown): Promise<Changes> {
    return { changes: await this.definitions.apply(await requestOf(project, body)) };
  }

  @Post('plan')
  @HttpCode(200)
  @ApiOperation({ summary: 'Says what apply would do and who depends on what changes; writes nothing' })
  @ApiConsumes('application/json', 'application/yaml')
  @ApiBody({ type: ApplyBody })
  @ApiOkResponse({ content: { 'application/json': CHANGES, 'text/plain': { schema: { type: 'string' } } } })
  async plan(
    @Project() project: string,
    @Query() { format }: PlanQuery,
    @Body() body: unknown,
    @Exchange() { accept, reply }: Exchange,
  ): Promise<Changes | string> {
    const request = await requestOf(project, body);
    if ((format ?? acceptedFormat(accept)) === 'json')
      return { changes: await this.definitions.plan(request) };
    const text = await this.definitions.planText(request);
    reply.header('content-type', 'text/plain; charset=utf-8');
    return text;
  }
}

/** Text for whoever asks for text before JSON; else JSON. */
function acceptedFormat(accept = ''): 'json' | 'text' {
  const ranges = accept.split(',').map((range) => range.split(';', 1)[0]!.trim().toLowerCase());
  const first = ranges.find((range) => range === 'text/plain' || range === 'application/json');
  return first === 'text/plain' ? 'text' : 'json';
}

async function requestOf(project: string, body: unknown): Promise<ApplyRequest> {
  if (body instanceof YamlText) return yamlRequest(project, body);
  return jsonRequest(project, (await validateBody(ApplyBody, body)).documents);
}
