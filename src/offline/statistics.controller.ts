import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { AnyFeatureSet } from '../compile/chained-feature-set.js';
import type { CompiledFeatureSet } from '../compile/feature-set.js';
import { PlumblineError } from '../definition/error.js';
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
    const featureSet = requireRows(this.catalogs.current().featureSet(project, name, version));
    return this.statistics.of({
      project,
      featureSet,
      ...(asOf !== undefined && { asOf }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    });
  }
}

/** A chained set has no rows of its own, and a windowed one no values of a row. */
function requireRows(featureSet: AnyFeatureSet): CompiledFeatureSet {
  if (featureSet.kind === 'stored') return featureSet;
  const { name, version } = featureSet;
  if (featureSet.kind === 'windowed') {
    const message = `feature set "${name}" version ${version} aggregates windows, which have a value at every instant; ask for statistics of a feature set of newest rows of source "${featureSet.source.name}"`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: 'name' });
  }
  const sets = featureSet.inputs.map((input) => `"${input.featureSet.name}"`).join(', ');
  const message = `feature set "${name}" version ${version} is computed from ${sets} when it is read, and has no rows; ask for statistics of those`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: 'name' });
}
