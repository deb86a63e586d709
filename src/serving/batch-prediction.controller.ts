import { Body, Controller, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { frameFileOf } from '../offline/frame-media.js';
import { FRAME_MEDIA_TYPES, UploadedFrame } from '../platform/body.js';
import { TakesFrame } from '../platform/frame-route.js';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { BatchPredictionParameters, EntityPredictionBody } from './batch-prediction.body.js';
import { BatchPredictions } from './batch-predictions.js';

const JOB = { schema: { $ref: '#/components/schemas/Job' } };

/** Predictions for many rows, as jobs. */
@ApiTags('predictions')
@Controller(`${PROJECT_ROUTE}/models/:model/batch-predictions`)
export class BatchPredictionController {
  constructor(
    @Inject(BatchPredictions) private readonly predictions: BatchPredictions,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Post()
  @HttpCode(202)
  @TakesFrame()
  @ApiOperation({ summary: 'Predicts every row of a frame, as a job' })
  @ApiConsumes(...FRAME_MEDIA_TYPES)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiAcceptedResponse(JOB)
  startFrame(
    @Project() project: string,
    @Param('model') model: string,
    @Query() query: BatchPredictionParameters,
    @Body() body: UploadedFrame,
  ): Promise<Job> {
    const rows = { kind: query.rows ?? 'keys', file: frameFileOf(body) } as const;
    return this.predictions.start({ ...query.request(this.latestOf(project)), project, model, rows });
  }

  @Post('entities')
  @HttpCode(202)
  @ApiOperation({ summary: 'Predicts every entity of a feature set as of now, as a job' })
  @ApiAcceptedResponse(JOB)
  startEntities(
    @Project() project: string,
    @Param('model') model: string,
    @Body() body: EntityPredictionBody,
  ): Promise<Job> {
    return this.predictions.start({ ...body.request(this.latestOf(project)), project, model });
  }

  private latestOf(project: string): (featureSet: string) => number {
    return (featureSet) => this.catalogs.current().featureSet(project, featureSet).version;
  }
}
