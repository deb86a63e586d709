import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { IsVersion } from '../platform/is-version.js';

const BOUNDARIES = ['inclusive', 'exclusive'] as const;
/** One to three names with dots between them. */
const BIGQUERY_NAME = /^[^`.\s]+(?:\.[^`.\s]+){0,2}$/;

/** Where and of what a model is made in BigQuery ML. */
export class BigqueryModelParameters {
  @ApiProperty({ example: 'project.dataset.flights', description: 'Table of the training rows' })
  @Matches(BIGQUERY_NAME)
  readonly table: string;

  @ApiPropertyOptional({ description: 'The model that is made; default its name beside the table' })
  @IsOptional()
  @Matches(BIGQUERY_NAME)
  readonly into?: string;

  @ApiPropertyOptional({
    description: 'Version of the definition; default that of `trained`, else the latest',
  })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
  readonly modelVersion?: number;

  @ApiPropertyOptional({
    description: 'A trained version, whose constants stand in place of functions inside of functions',
  })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
  readonly trained?: number;

  @ApiPropertyOptional({ description: 'Column that is T of each row; default that of `trained`, else as_of' })
  @IsOptional()
  @IsString()
  readonly time?: string;

  @ApiPropertyOptional({ enum: BOUNDARIES })
  @IsOptional()
  @IsIn(BOUNDARIES)
  readonly boundary?: (typeof BOUNDARIES)[number];
}
