import { Body, Controller, Get, HttpCode, Inject, Post, Query, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import { answerFormat, frameFileOf, MEDIA_TYPE_OF } from '../offline/frame-media.js';
import { FRAME_MEDIA_TYPES, UploadedFrame } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { TakesFrame } from '../platform/frame-route.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { readOnce } from '../platform/read-once.js';
import { TransformTarget } from '../platform/target.js';
import { ApplyTransformParameters } from './training.body.js';
import { type TransformDescription, Transforms } from './transforms.js';

const ROWS = { schema: { type: 'string', format: 'binary' } } as const;
const ID = {
  name: 'id',
  description: 'Hash of a fitted transform, or model@version, or model: its latest',
} as const;

/** Fitted transforms by themselves. */
@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/transforms/:id`)
export class TransformsController {
  constructor(@Inject(Transforms) private readonly transforms: Transforms) {}

  @Get()
  @ApiOperation({ summary: 'What a fitted transform takes, does and gives' })
  @ApiParam(ID)
  describe(@TransformTarget() { project, id }: TransformTarget): Promise<TransformDescription> {
    return this.transforms.describe(project, id);
  }

  @Post('apply')
  @HttpCode(200)
  @TakesFrame()
  @ApiOperation({ summary: 'The rows of a frame as the model sees them' })
  @ApiParam(ID)
  @ApiConsumes(...FRAME_MEDIA_TYPES)
  @ApiProduces(...FRAME_MEDIA_TYPES)
  @ApiBody(ROWS)
  @ApiOkResponse(ROWS)
  async apply(
    @TransformTarget() target: TransformTarget,
    @Query() { layout = 'slot' }: ApplyTransformParameters,
    @Body() body: UploadedFrame,
    @Exchange() { accept }: Exchange,
  ): Promise<StreamableFile> {
    const frame = frameFileOf(body);
    const format = answerFormat(accept, frame.format);
    const path = `${frame.path}.transformed`;
    // Whole before it is sent, so that a frame that turns out bad half-way is still answered with an error.
    await this.transforms.apply({ ...target, frame, layout, answer: { kind: 'file', path, format } });
    return new StreamableFile(readOnce(path), { type: MEDIA_TYPE_OF[format] });
  }
}
