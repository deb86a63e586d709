import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Job } from '../platform/job.js';
import { requireNoBody } from '../platform/no-body.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { Target } from '../platform/target.js';
import { REBUILD, type Rebuild } from './rebuild.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source/rebuild`)
export class RebuildController {
  constructor(@Inject(REBUILD) private readonly rebuilds: Rebuild) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: "Makes the online state of the source's feature sets anew from its log" })
  rebuild(@Target() { project, source }: Target, @Body() body: unknown): Promise<Job> {
    requireNoBody(body);
    return this.rebuilds.start(project, source);
  }
}
