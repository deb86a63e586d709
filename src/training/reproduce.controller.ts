import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseVersionNumber } from '../model/version-number.js';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { Reproduce } from './reproduce.js';
import { ReproduceBody } from './training.body.js';

@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/models/:model/versions/:version/reproduce`)
export class ReproduceController {
  constructor(@Inject(Reproduce) private readonly reproduce: Reproduce) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Trains a version again from its record and compares hashes, as a job' })
  @ApiAcceptedResponse({ schema: { $ref: '#/components/schemas/Job' } })
  start(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
    @Body() { retrieve = false }: ReproduceBody,
  ): Promise<Job> {
    return this.reproduce.start({ project, model, version: parseVersionNumber(version), retrieve });
  }
}
