import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { IsVersion } from '../platform/is-version.js';
import { VERSION_STATES, type VersionState } from './version-state.js';

/** Documents of one apply: they are compiled in one go while other requests wait. */
const MAX_DOCUMENTS = 1_000;

/** Each document is validated by its schema, which tells more than a class would. */
export class ApplyBody {
  @ApiProperty({ type: 'array', items: { $ref: '#/components/schemas/Document' } })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_DOCUMENTS)
  readonly documents: unknown[];
}

const PLAN_FORMATS = ['json', 'text'] as const;

export class PlanQuery {
  @ApiPropertyOptional({ enum: PLAN_FORMATS, description: 'Default: what Accept asks for, else json' })
  @IsOptional()
  @IsIn(PLAN_FORMATS)
  readonly format?: (typeof PLAN_FORMATS)[number];
}

/** Definitions of one answer: as many as a project should ever have of a kind. */
const MAX_LISTED = 10_000;

export class ListQuery {
  @ApiPropertyOptional({ description: 'Of this owner' })
  @IsOptional()
  @IsString()
  readonly owner?: string;

  @ApiPropertyOptional({ description: 'With this tag' })
  @IsOptional()
  @IsString()
  readonly tag?: string;

  @ApiPropertyOptional({ enum: VERSION_STATES, description: 'Whose latest version is in this state' })
  @IsOptional()
  @IsIn(VERSION_STATES)
  readonly state?: VersionState;

  @ApiPropertyOptional({ description: 'Part of the name or description, whatever its case' })
  @IsOptional()
  @IsString()
  readonly search?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MAX_LISTED, description: 'Default: all' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_LISTED)
  readonly limit?: number;

  @ApiPropertyOptional({ description: 'Names behind this one: "next" of the answer before' })
  @IsOptional()
  @IsString()
  readonly after?: string;
}

export class VersionQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Default: the latest' })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
  readonly version?: number;
}
