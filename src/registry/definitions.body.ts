import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';

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

export class VersionQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Default: the latest' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2 ** 31 - 1)
  readonly version?: number;
}
