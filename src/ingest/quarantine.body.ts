import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { QUARANTINE_STATES, type QuarantineState } from '../registry/quarantined-rows.js';

/** Rows of a page at most: each may be 64 KiB. */
const MAX_PAGE = 1_000;
const DEFAULT_PAGE = 100;

/** Of a PostgreSQL integer. */
export const MAX_ID = 2 ** 31 - 1;

export class QuarantineExportQuery {
  @ApiPropertyOptional({ enum: QUARANTINE_STATES, description: 'Default: every state' })
  @IsOptional()
  @IsIn(QUARANTINE_STATES)
  readonly state?: QuarantineState;
}

export class QuarantineQuery extends QuarantineExportQuery {
  @ApiPropertyOptional({ default: DEFAULT_PAGE, maximum: MAX_PAGE })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_PAGE)
  readonly limit: number = DEFAULT_PAGE;

  @ApiPropertyOptional({ description: 'Rows behind this id' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(MAX_ID)
  readonly after?: number;
}

export class ReplayBody {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'The corrected row; default: as it was kept',
  })
  @IsOptional()
  readonly row?: unknown;
}

export class ReplayManyBody {
  @ApiProperty({
    required: false,
    description: 'Ids, with corrected rows where they are; default: every row that waits',
    type: 'array',
    items: {
      type: 'object',
      properties: { id: { type: 'integer' }, row: { type: 'object', additionalProperties: true } },
      required: ['id'],
    },
  })
  @IsOptional()
  @IsArray()
  readonly rows?: unknown[];
}
