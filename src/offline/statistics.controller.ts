import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { StatisticsQueryParameters } from './statistics.body.js';
import { Statistics } from './statistics.js';

@ApiTags('values out')
@Controller(`${PROJECT_ROUTE}/feature-sets`)
export class StatisticsController {
  constructor(
    @Inject(Statistics) private readonly statistics: Statistics,
    @Inject(CATALOG_HOLDER) private readonly catalogs: CatalogHolder,
  ) {}

  @Get(':name/statistics')
  @ApiOperation({
    summary: 'What the rows of a feature set look like: counts, ranges, quantiles, frequent values',
  })
  read(
    @Project() project: string,
    @Param('name') name: string,
    @Query() { version, asOf, from, to }: StatisticsQueryParameters,
  ): Promise<object> {
    const featureSet = this.catalogs.current().featureSet(project, name, version);
    return this.statistics.of({
      project,
      featureSet,
      ...(asOf !== undefined && { asOf }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  }
}
