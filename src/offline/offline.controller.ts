import { Body, Controller, HttpCode, Inject, Post, Query, StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { PlumblineError } from '../definition/error.js';
import { FRAME_MEDIA_TYPES, UploadedFrame } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { TakesFrame } from '../platform/frame-route.js';
import type { HttpReply } from '../platform/http-types.js';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { askedService } from './asked-features.js';
import { answerFormat, frameFileOf, MEDIA_TYPE_OF } from './frame-media.js';
import { HistoryBody } from './history.body.js';
import { HistoryFrames } from './history-frame.js';
import { AnswerQueryParameters, RetrievalQueryParameters } from './offline.body.js';
import { RetrievalAnswers } from './retrieval-answer.js';
import { REPORT_HEADER, RetrievalJobs, type RetrievalTask } from './retrieval-jobs.js';

const JOB = { schema: { $ref: '#/components/schemas/Job' }, description: 'With async=true' };
const ROWS = { schema: { type: 'string', format: 'binary' } } as const;

@ApiTags('values out')
@Controller(`${PROJECT_ROUTE}/retrievals`)
export class OfflineController {
  constructor(
    @Inject(RetrievalAnswers) private readonly answers: RetrievalAnswers,
    @Inject(RetrievalJobs) private readonly jobs: RetrievalJobs,
    @Inject(HistoryFrames) private readonly frames: HistoryFrames,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post()
  @HttpCode(200)
  @TakesFrame()
  @ApiOperation({ summary: 'Point-in-time features for every row of a frame' })
  @ApiConsumes(...FRAME_MEDIA_TYPES)
  @ApiProduces(...FRAME_MEDIA_TYPES)
  @ApiBody(ROWS)
  @ApiOkResponse(ROWS)
  @ApiAcceptedResponse(JOB)
  async retrieve(
    @Project() project: string,
    @Query() query: RetrievalQueryParameters,
    @Body() body: UploadedFrame,
    @Exchange() exchange: Exchange,
  ): Promise<StreamableFile | Job> {
    const frame = frameFileOf(body);
    const answer = answerFormat(exchange.accept, frame.format);
    const service = askedService(this.catalogs.current(), project, query);
    const request = { ...query.rules(exchange.snapshot), project, service, frame };
    return this.answered({ request, asked: query, answer }, query, exchange.reply);
  }

  @Post('history')
  @HttpCode(200)
  @ApiOperation({ summary: 'Features at every row, every change, or a grid of times, without a frame' })
  @ApiProduces(...FRAME_MEDIA_TYPES)
  @ApiOkResponse(ROWS)
  @ApiAcceptedResponse(JOB)
  async retrieveHistory(
    @Project() project: string,
    @Query() query: AnswerQueryParameters,
    @Body() body: HistoryBody,
    @Exchange() exchange: Exchange,
  ): Promise<StreamableFile | Job> {
    const answer = answerFormat(exchange.accept, 'json');
    const service = askedService(this.catalogs.current(), project, body);
    return this.frames.use(service, body, (frame) => {
      const request = { ...body.rules(exchange.snapshot), project, service, frame };
      return this.answered({ request, asked: body, answer }, query, exchange.reply);
    });
  }

  private async answered(
    { request, asked, answer: format }: RetrievalTask,
    query: AnswerQueryParameters,
    reply: HttpReply,
  ): Promise<StreamableFile | Job> {
    if (query.async === 'true') {
      reply.status(202);
      return this.jobs.start({ request, asked, answer: format });
    }
    const { report, stream } = await this.answers.stream({ ...request, signal: whileWaited(reply) }, format);
    reply.header(REPORT_HEADER, JSON.stringify(report));
    return new StreamableFile(stream, { type: MEDIA_TYPE_OF[format] });
  }
}

/** Aborted when the client goes away before it has its answer. */
function whileWaited({ raw }: HttpReply): AbortSignal {
  const abort = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) abort.abort(new PlumblineError('CANCELLED', 'nobody waits for the answer'));
  });
  return abort.signal;
}
