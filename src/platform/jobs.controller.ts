import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Job, Jobs } from './jobs.js';
import { PROJECT_ROUTE, Project } from './project.js';

@ApiTags('jobs')
@Controller(`${PROJECT_ROUTE}/jobs`)
export class JobsController {
  constructor(@Inject(Jobs) private readonly jobs: Jobs) {}

  @Get()
  @ApiOperation({ summary: 'Lists the jobs of the project, newest first' })
  @ApiOkResponse({
    schema: {
      type: 'object',
      properties: { items: { type: 'array', items: { $ref: '#/components/schemas/Job' } } },
    },
  })
  list(@Project() project: string): { readonly items: readonly Job[] } {
    return { items: this.jobs.list(project) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads one job' })
  @ApiOkResponse({ schema: { $ref: '#/components/schemas/Job' } })
  get(@Project() project: string, @Param('id') id: string): Job {
    return this.jobs.get(project, id);
  }
}
