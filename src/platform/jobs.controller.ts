import { createReadStream } from 'node:fs';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { stringifyJson } from '../definition/json-value.js';
import { Exchange } from './exchange.js';
import { JobsQuery } from './job.body.js';
import type { Job } from './job.js';
import { Jobs } from './jobs.js';
import { requireNoBody } from './no-body.js';
import { PROJECT_ROUTE, Project } from './project.js';

const JOB = { $ref: '#/components/schemas/Job' };

@ApiTags('jobs')
@Controller(`${PROJECT_ROUTE}/jobs`)
export class JobsController {
  constructor(@Inject(Jobs) private readonly jobs: Jobs) {}

  @Get()
  @ApiOperation({ summary: 'Lists the jobs of the project, newest first' })
  @ApiOkResponse({
    schema: { type: 'object', properties: { items: { type: 'array', items: JOB } }, required: ['items'] },
  })
  async list(
    @Project() project: string,
    @Query() filter: JobsQuery,
  ): Promise<{ readonly items: readonly Job[] }> {
    return { items: await this.jobs.list(project, filter) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads one job' })
  @ApiOkResponse({ schema: JOB })
  get(@Project() project: string, @Param('id') id: string): Promise<Job> {
    return this.jobs.get(project, id);
  }

  @Get(':id/result')
  @ApiOperation({ summary: 'What a job made: its file, where it made one, else its JSON result' })
  async result(
    @Project() project: string,
    @Param('id') id: string,
    @Exchange() { reply }: Exchange,
  ): Promise<unknown> {
    const { file, job } = await this.jobs.result(project, id);
    if (file === null) {
      // Set here, because a result may be a bare string, which would go out as text.
      reply.header('content-type', 'application/json; charset=utf-8');
      return stringifyJson(job.result ?? null);
    }
    for (const [name, value] of Object.entries(file.headers ?? {})) reply.header(name, value);
    return new StreamableFile(createReadStream(file.path), { type: file.mediaType, length: file.sizeBytes });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancels a job: one that waits at once, one that runs as soon as it listens' })
  @ApiOkResponse({ schema: JOB })
  async cancel(@Project() project: string, @Param('id') id: string, @Body() body: unknown): Promise<Job> {
    requireNoBody(body);
    return this.jobs.cancel(project, id);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Queues a failed or cancelled job again, under its id' })
  @ApiOkResponse({ schema: JOB })
  async retry(@Project() project: string, @Param('id') id: string, @Body() body: unknown): Promise<Job> {
    requireNoBody(body);
    return this.jobs.retry(project, id);
  }
}
