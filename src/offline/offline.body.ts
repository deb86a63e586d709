import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Min } from 'class-validator';
import type { RetrievalRequest } from './retrieval.js';
import {
  BOUNDARIES,
  type Boundary,
  EXTRA_COLUMNS,
  type ExtraColumn,
  KNOWLEDGE_RULES,
  type Knowledge,
} from './store.js';

/** How a frame is to be joined, as query parameters. */
export class RetrievalQueryParameters {
  @ApiProperty({ example: 'arrival_delay' })
  @IsString()
  readonly featureService: string;

  @ApiPropertyOptional({ description: 'Default: the latest version' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  readonly version?: number;

  @ApiPropertyOptional({ description: 'TIMESTAMP column of the frame; default event_timestamp' })
  @IsOptional()
  @IsString()
  readonly time?: string;

  @ApiPropertyOptional({ enum: KNOWLEDGE_RULES })
  @IsOptional()
  @IsIn(KNOWLEDGE_RULES)
  readonly knowledge?: Knowledge;

  @ApiPropertyOptional({ enum: BOUNDARIES })
  @IsOptional()
  @IsIn(BOUNDARIES)
  readonly boundary?: Boundary;

  @ApiPropertyOptional({ description: 'Any of status, eventTime, with commas' })
  @IsOptional()
  @Transform(({ value }: { readonly value: unknown }) =>
    typeof value === 'string' ? value.split(',') : value,
  )
  @IsIn(EXTRA_COLUMNS, { each: true })
  readonly include?: ExtraColumn[];

  /** The parameters under the names of the use case. */
  rules(): Pick<RetrievalRequest, 'timeColumn' | 'knowledge' | 'boundary' | 'include'> {
    return {
      ...(this.time !== undefined && { timeColumn: this.time }),
      ...(this.knowledge !== undefined && { knowledge: this.knowledge }),
      ...(this.boundary !== undefined && { boundary: this.boundary }),
      ...(this.include !== undefined && { include: this.include }),
    };
  }
}
