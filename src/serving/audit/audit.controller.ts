import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ANSWER_LOG, type AnswerLog } from '../../online/answer-log.js';
import type { Job } from '../../platform/job.js';
import { PROJECT_ROUTE, Project } from '../../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../../registry/catalog.js';
import { AuditBody } from './audit.body.js';
import { AuditTotals } from './audit-totals.js';
import { AUDITS, type Audits } from './audits.js';

const JOB = { schema: { $ref: '#/components/schemas/Job' } };

@ApiTags('audits')
@Controller(`${PROJECT_ROUTE}/audits`)
export class AuditController {
  constructor(
    @Inject(AUDITS) private readonly audits: Audits,
    @Inject(ANSWER_LOG) private readonly answers: AnswerLog,
    @Inject(AuditTotals) private readonly found: AuditTotals,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Replays logged answers by their records and compares every value and status' })
  @ApiAcceptedResponse(JOB)
  start(@Project() project: string, @Body() body: AuditBody): Promise<Job> {
    const request = body.request(project);
    const { featureService } = request;
    if (featureService !== undefined) this.catalogs.current().featureService(project, featureService);
    return this.audits.start(request);
  }

  @Get()
  @ApiOperation({
    summary: 'What was logged, dropped, compared and found different since the service started',
  })
  totals(@Project() project: string): object {
    const answers = this.answers.counts(project);
    return { ...answers, ...this.found.of(project), last: this.found.lastOf(project) };
  }
}
