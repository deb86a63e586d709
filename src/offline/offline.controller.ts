import { Body, Controller, HttpCode, Inject, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { UploadedFrame } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { ARROW_MEDIA_TYPE, answerMediaType, frameFileOf, PARQUET_MEDIA_TYPE } from './frame-media.js';
import { RetrievalQueryParameters } from './offline.body.js';
import { RETRIEVAL, type Retrieval } from './retrieval.js';
import { arrowAnswer, parquetAnswer } from './retrieval-answer.js';

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
  @ApiConsumes(ARROW_MEDIA_TYPE, PARQUET_MEDIA_TYPE)
  @ApiProduces(ARROW_MEDIA_TYPE, PARQUET_MEDIA_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async retrieve(
    @Project() project: string,
    @Query() query: RetrievalQueryParameters,
    @Body() body: UploadedFrame,
    @Exchange() { accept, reply }: Exchange,
  ): Promise<StreamableFile> {
    const frame = frameFileOf(body);
    const mediaType = answerMediaType(accept, frame);
    const service = this.catalogs.current().featureService(project, query.featureService, query.version);
    const result = await this.retrievals.start({ ...query.rules(), project, service, frame });
    reply.header('Plumbline-Report', JSON.stringify(result.report));
    const answer =
      mediaType === PARQUET_MEDIA_TYPE
        ? await parquetAnswer(result, `${frame.path}.answer`)
        : await arrowAnswer(result);
    return new StreamableFile(answer, { type: mediaType });
  }
}
