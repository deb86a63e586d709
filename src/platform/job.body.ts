import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { JOB_STATES, type JobState } from './job.js';

/** Most jobs of one list: more than a project has. */
const MAX_LISTED = 1000;

/** Which jobs to list, as query parameters. */
export class JobsQuery {
  @ApiPropertyOptional({ enum: JOB_STATES })
  @IsOptional()
  @IsIn(JOB_STATES)
  readonly state?: JobState;

  @ApiPropertyOptional({ example: 'load' })
  @IsOptional()
  @IsString()
  readonly kind?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LISTED, description: 'Default: all' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LISTED)
  readonly limit?: number;
}
