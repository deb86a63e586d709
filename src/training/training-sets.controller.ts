import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ARROW_MEDIA_TYPE, frameFileOf, PARQUET_MEDIA_TYPE } from '../offline/frame-media.js';
import { RetrievalQueryParameters } from '../offline/offline.body.js';
import { UploadedFrame } from '../platform/body.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { type TrainingSet, TrainingSetStore } from './training-sets.js';

@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/training-sets`)
export class TrainingSetsController {
  constructor(
    @Inject(TrainingSetStore) private readonly sets: TrainingSetStore,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post()
  @ApiOperation({ summary: 'Retrieves the features of a frame and keeps the result' })
  @ApiConsumes(ARROW_MEDIA_TYPE, PARQUET_MEDIA_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async create(
    @Project() project: string,
    @Query() query: RetrievalQueryParameters,
    @Body() body: UploadedFrame,
  ): Promise<TrainingSet> {
    const frame = frameFileOf(body);
    const catalog = this.catalogs.current();
    const service = catalog.featureService(project, query.featureService, query.version);
    return this.sets.create({ ...query.rules(), project, service, frame });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads the record of a training set' })
  get(@Project() project: string, @Param('id') id: string): Promise<TrainingSet> {
    return this.sets.get(project, id);
  }
}
