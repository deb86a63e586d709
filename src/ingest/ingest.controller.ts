import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { jsonOf } from '../definition/json-value.js';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { LoadBody, RowsBody } from './ingest.body.js';
import { LOAD, type Load } from './load.js';
import { PUSH, type Push } from './push.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source`)
export class IngestController {
  constructor(
    @Inject(PUSH) private readonly pushes: Push,
    @Inject(LOAD) private readonly loads: Load,
  ) {}

  @Post('rows')
  @HttpCode(200)
  @ApiOperation({ summary: 'Pushes rows; they are durable and visible online when this answers' })
  async push(
    @Project() project: string,
    @Param('source') source: string,
    @Body() body: RowsBody,
  ): Promise<unknown> {
    const { accepted, firstSequence, lastSequence } = await this.pushes.push(project, source, body.rows);
    return {
      accepted,
      firstSequence: jsonOf('INT64', firstSequence),
      lastSequence: jsonOf('INT64', lastSequence),
    };
  }

  @Post('loads')
  @HttpCode(202)
  @ApiOperation({ summary: 'Starts a batch load of a Parquet or CSV file' })
  load(@Project() project: string, @Param('source') source: string, @Body() body: LoadBody): Promise<Job> {
    return this.loads.start(project, source, body);
  }
}
