import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';
import { IsVersion } from '../platform/is-version.js';

/** Which rows of a feature set statistics are asked of. */
export class StatisticsQueryParameters {
  @ApiPropertyOptional({ description: 'Of the feature set; default: the latest version' })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
  readonly version?: number;

  @ApiPropertyOptional({ description: 'Rows with later event or created times do not count; default now' })
  @IsOptional()
  @IsString()
  readonly asOf?: string;

  @ApiPropertyOptional({ description: 'Event times from here on' })
  @IsOptional()
  @IsString()
  readonly from?: string;

  @ApiPropertyOptional({ description: 'Event times before here' })
  @IsOptional()
  @IsString()
  readonly to?: string;
}
