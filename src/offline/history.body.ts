import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsOptional, IsString, Matches } from 'class-validator';
import { DURATION_PATTERN } from '../definition/duration.js';
import { IsVersion } from '../platform/is-version.js';
import type { RetrievalRequest } from './retrieval.js';
import { parseSnapshot, parseSnapshotText } from './snapshot.js';
import {
  EXTRA_COLUMNS,
  type ExtraColumn,
  type GeneratedFrame,
  KNOWLEDGE_RULES,
  type Knowledge,
} from './store.js';

const MODES = ['rows', 'changes', 'grid'] as const satisfies readonly GeneratedFrame['kind'][];

/** Entities of one request; more are a frame. */
const MAX_ENTITIES = 100_000;

/** Which instants of history are wanted, of which entities and features. */
export class HistoryBody {
  @ApiPropertyOptional({ example: 'arrival_delay', description: 'Either it or features' })
  @IsOptional()
  @IsString()
  readonly featureService?: string;

  @ApiPropertyOptional({ description: 'Of the feature service; default: the latest version' })
  @IsOptional()
  @IsVersion()
  readonly version?: number;

  @ApiPropertyOptional({ example: ['weather:temp'], description: 'Features without a service' })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly features?: string[];

  @ApiProperty({ enum: MODES, description: 'At every row, every change of the answer, or every so often' })
  @IsIn(MODES)
  readonly mode: GeneratedFrame['kind'];

  @ApiProperty({ example: '2013-07-01T00:00:00Z' })
  @IsString()
  readonly from: string;

  @ApiProperty({ example: '2013-08-01T00:00:00Z', description: 'Included' })
  @IsString()
  readonly to: string;

  @ApiPropertyOptional({ example: '1h', description: 'Of a grid' })
  @IsOptional()
  @Matches(new RegExp(DURATION_PATTERN), { message: 'every must be a duration such as "1h"' })
  readonly every?: string;

  @ApiPropertyOptional({ description: 'Name of the time column; default event_timestamp' })
  @IsOptional()
  @IsString()
  readonly time?: string;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Keys of the entities; default: every entity in history',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_ENTITIES)
  readonly entities?: unknown[];

  @ApiPropertyOptional({ enum: KNOWLEDGE_RULES })
  @IsOptional()
  @IsIn(KNOWLEDGE_RULES)
  readonly knowledge?: Knowledge;

  @ApiPropertyOptional({ enum: EXTRA_COLUMNS, isArray: true })
  @IsOptional()
  @IsArray()
  @IsIn(EXTRA_COLUMNS, { each: true })
  readonly include?: ExtraColumn[];

  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } })
  @IsOptional()
  @IsObject()
  readonly snapshot?: Record<string, unknown>;

  /** The members under the names of the use case. Throws INVALID_REQUEST for what is no snapshot. */
  rules(
    header: string | undefined,
  ): Pick<RetrievalRequest, 'timeColumn' | 'knowledge' | 'include' | 'snapshot'> {
    const snapshot =
      this.snapshot === undefined ? header && parseSnapshotText(header) : parseSnapshot(this.snapshot);
    return {
      ...(snapshot && { snapshot }),
      ...(this.time !== undefined && { timeColumn: this.time }),
      ...(this.knowledge !== undefined && { knowledge: this.knowledge }),
      ...(this.include !== undefined && { include: this.include }),
    };
  }
}
