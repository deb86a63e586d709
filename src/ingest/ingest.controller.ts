import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { LoadBody } from './load.body.js';
import { LOAD, type Load } from './load.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source`)
export class IngestController {
  constructor(@Inject(LOAD) private readonly loads: Load) {}

  @Post('loads')
  @HttpCode(202)
  @ApiOperation({ summary: 'Starts a batch load of a file, or of every file of a folder' })
  load(@Project() project: string, @Param('source') source: string, @Body() body: LoadBody): Promise<Job> {
    return this.loads.start(project, source, body);
  }
}
