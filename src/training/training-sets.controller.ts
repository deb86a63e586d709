import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { frameFileOf } from '../offline/frame-media.js';
import { FRAME_MEDIA_TYPES, UploadedFrame } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { TakesFrame } from '../platform/frame-route.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { TrainingSetParameters } from './training.body.js';
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
  @ApiConsumes(...FRAME_MEDIA_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @TakesFrame()
  async create(
    @Project() project: string,
    @Query() query: TrainingSetParameters,
    @Body() body: UploadedFrame,
    @Exchange() { snapshot }: Exchange,
  ): Promise<TrainingSet> {
    const frame = frameFileOf(body);
    const catalog = this.catalogs.current();
    const service = catalog.featureService(project, query.featureService, query.version);
    return this.sets.create({ ...query.rules(snapshot), project, service, frame });
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads the record of a training set' })
  get(@Project() project: string, @Param('id') id: string): Promise<TrainingSet> {
    return this.sets.get(project, id);
  }
}
