import { Body, Controller, HttpCode, Inject, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { FRAME_MEDIA_TYPES, UploadedFrame } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { TakesFrame } from '../platform/frame-route.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { answerFormat, frameFileOf, MEDIA_TYPE_OF } from './frame-media.js';
import { RetrievalQueryParameters } from './offline.body.js';
import { RETRIEVAL, type Retrieval } from './retrieval.js';
import { streamedAnswer } from './retrieval-answer.js';

@ApiTags('values out')
@Controller(`${PROJECT_ROUTE}/retrievals`)
export class OfflineController {
  constructor(
    @Inject(RETRIEVAL) private readonly retrievals: Retrieval,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Point-in-time features for every row of a frame' })
  @ApiConsumes(...FRAME_MEDIA_TYPES)
  @ApiProduces(...FRAME_MEDIA_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @TakesFrame()
  async retrieve(
    @Project() project: string,
    @Query() query: RetrievalQueryParameters,
    @Body() body: UploadedFrame,
    @Exchange() { accept, reply }: Exchange,
  ): Promise<StreamableFile> {
    const frame = frameFileOf(body);
    const format = answerFormat(accept, frame.format);
    const service = this.catalogs.current().featureService(project, query.featureService, query.version);
    const result = await this.retrievals.start({ ...query.rules(), project, service, frame });
    reply.header('Plumbline-Report', JSON.stringify(result.report));
    const answer = await streamedAnswer(result, format, `${frame.path}.answer`);
    return new StreamableFile(answer, { type: MEDIA_TYPE_OF[format] });
  }
}
