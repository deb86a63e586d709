import { Controller, Get, Header, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { parseVersionNumber } from '../model/version-number.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { BigqueryModelParameters } from './exports.body.js';
import { Exports } from './exports.js';

const TEXT_MEDIA_TYPE = 'text/plain; charset=utf-8';
const TAR_MEDIA_TYPE = 'application/x-tar';

/** Models for elsewhere. */
@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/models/:model`)
export class ExportsController {
  constructor(@Inject(Exports) private readonly exports: Exports) {}

  @Get('bigquery-ml')
  @ApiOperation({
    summary: 'CREATE MODEL … TRANSFORM(…) OPTIONS(…) for BigQuery ML from the same definition',
  })
  @ApiProduces(TEXT_MEDIA_TYPE)
  @ApiOkResponse({ schema: { type: 'string' } })
  @Header('content-type', TEXT_MEDIA_TYPE)
  bigqueryModel(
    @Project() project: string,
    @Param('model') model: string,
    @Query() parameters: BigqueryModelParameters,
  ): Promise<string> {
    return this.exports.bigqueryModel({ ...parameters, project, model });
  }

  @Get('versions/:version/tfjs')
  @ApiOperation({
    summary: 'A trained version as a graph that plain tfjs loads: a tar of model.json and weights.bin',
  })
  @ApiProduces(TAR_MEDIA_TYPE)
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async tfjs(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
  ): Promise<StreamableFile> {
    const bytes = await this.exports.tfjs({ project, model, version: parseVersionNumber(version) });
    return new StreamableFile(bytes, {
      type: TAR_MEDIA_TYPE,
      disposition: `attachment; filename="${model}-${version}.tar"`,
    });
  }
}
