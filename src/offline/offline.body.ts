import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { IsVersion } from '../platform/is-version.js';
import type { RetrievalRequest } from './retrieval.js';
import { parseSnapshotText } from './snapshot.js';
import {
  BOUNDARIES,
  type Boundary,
  EXTRA_COLUMNS,
  type ExtraColumn,
  KNOWLEDGE_RULES,
  type Knowledge,
} from './store.js';

/** How an answer is to come. */
export class AnswerQueryParameters {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'As a job, for long ones' })
  @IsOptional()
  @IsIn(['true', 'false'])
  readonly async?: 'true' | 'false';
}

/** How a frame is to be joined, as query parameters. */
export class FrameQueryParameters {
  @ApiPropertyOptional({ description: 'Of the feature service; default: the latest version' })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
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
  @Transform(({ value }: { readonly value: unknown }) => listOf(value))
  @IsIn(EXTRA_COLUMNS, { each: true })
  readonly include?: ExtraColumn[];

  @ApiPropertyOptional({
    description: 'JSON: the snapshot of an earlier report, to answer from the same rows',
  })
  @IsOptional()
  @IsString()
  readonly snapshot?: string;

  /**
   * The parameters under the names of the use case, the snapshot as the header `Plumbline-Snapshot` has it where no
   * parameter does. Throws INVALID_REQUEST for what is no snapshot.
   */
  rules(
    header?: string,
  ): Pick<RetrievalRequest, 'timeColumn' | 'knowledge' | 'boundary' | 'include' | 'snapshot'> {
    const snapshot = this.snapshot ?? header;
    return {
      ...(snapshot !== undefined && { snapshot: parseSnapshotText(snapshot) }),
      ...(this.time !== undefined && { timeColumn: this.time }),
      ...(this.knowledge !== undefined && { knowledge: this.knowledge }),
      ...(this.boundary !== undefined && { boundary: this.boundary }),
      ...(this.include !== undefined && { include: this.include }),
    };
  }
}

/** The same with the features that are wanted. */
export class RetrievalQueryParameters extends FrameQueryParameters {
  @ApiPropertyOptional({ example: 'arrival_delay', description: 'Either it or features' })
  @IsOptional()
  @IsString()
  readonly featureService?: string;

  @ApiPropertyOptional({ example: 'weather:temp,weather:wind', description: 'Features without a service' })
  @IsOptional()
  @Transform(({ value }: { readonly value: unknown }) => listOf(value))
  @IsString({ each: true })
  readonly features?: string[];

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'As a job, for long ones' })
  @IsOptional()
  @IsIn(['true', 'false'])
  readonly async?: 'true' | 'false';
}

/** Text with commas as a list. */
function listOf(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',') : value;
}
