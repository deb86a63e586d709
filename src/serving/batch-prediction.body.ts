import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { FRAME_FORMATS, type FrameFormat } from '../offline/frame-format.js';
import { parseSnapshotText } from '../offline/snapshot.js';
import { BOUNDARIES, type Boundary, KNOWLEDGE_RULES, type Knowledge } from '../offline/store.js';
import { IsVersion } from '../platform/is-version.js';
import type { AskedEntities, BatchRequest } from './batch-request.js';
import { KEPT_COLUMNS, type KeptColumns } from './batch-task.js';

const ROW_KINDS = ['keys', 'features'] as const;
const EXTRAS = ['vector'] as const;

/** How and where to predict. */
class BatchOutputParameters {
  @ApiPropertyOptional({ description: 'Of the trained model; default: the latest' })
  @IsOptional()
  @Type(() => Number)
  @IsVersion()
  readonly version?: number;

  @ApiPropertyOptional({
    description: 'TIMESTAMP column that is T of each row; default: that of the training set',
  })
  @IsOptional()
  @IsString()
  readonly time?: string;

  @ApiPropertyOptional({ enum: KNOWLEDGE_RULES, description: 'Default: that of the training set' })
  @IsOptional()
  @IsIn(KNOWLEDGE_RULES)
  readonly knowledge?: Knowledge;

  @ApiPropertyOptional({
    enum: KEPT_COLUMNS,
    description: 'What of the frame stands beside the predictions; default: keys and time',
  })
  @IsOptional()
  @IsIn(KEPT_COLUMNS)
  readonly columns?: KeptColumns;

  @ApiPropertyOptional({ enum: EXTRAS, description: 'The model input beside the predictions' })
  @IsOptional()
  @IsIn(EXTRAS)
  readonly include?: (typeof EXTRAS)[number];

  @ApiPropertyOptional({ enum: FRAME_FORMATS, description: 'Of the result file; default: parquet' })
  @IsOptional()
  @IsIn(FRAME_FORMATS)
  readonly output?: FrameFormat;

  @ApiPropertyOptional({
    description: 'In place of a file: the feature set whose source takes the predictions as rows',
  })
  @IsOptional()
  @IsString()
  readonly into?: string;

  /** The parameters under the names of the use case. */
  protected choices(
    intoVersion: (featureSet: string) => number,
  ): Omit<BatchRequest, 'project' | 'model' | 'rows'> {
    const { version, time, knowledge, columns = 'keys', include, output = 'parquet', into } = this;
    return {
      columns,
      vector: include === 'vector',
      output:
        into === undefined
          ? { kind: 'file', format: output }
          : { kind: 'rows', featureSet: into, version: intoVersion(into) },
      ...(version !== undefined && { version }),
      ...(time !== undefined && { time }),
      ...(knowledge !== undefined && { knowledge }),
    };
  }
}

/** A batch prediction of the frame in the body, as query parameters. */
export class BatchPredictionParameters extends BatchOutputParameters {
  @ApiPropertyOptional({
    enum: ROW_KINDS,
    description:
      'What the frame holds: keys and times, whose features are retrieved (default), or the features themselves',
  })
  @IsOptional()
  @IsIn(ROW_KINDS)
  readonly rows?: (typeof ROW_KINDS)[number];

  @ApiPropertyOptional({ enum: BOUNDARIES, description: 'Default: that of the training set' })
  @IsOptional()
  @IsIn(BOUNDARIES)
  readonly boundary?: Boundary;

  @ApiPropertyOptional({
    description: 'JSON: the snapshot of an earlier report, to retrieve from the same rows',
  })
  @IsOptional()
  @IsString()
  readonly snapshot?: string;

  /** As the use case has it, but for its file. Throws INVALID_REQUEST for what is no snapshot. */
  request(intoVersion: (featureSet: string) => number): Omit<BatchRequest, 'project' | 'model' | 'rows'> {
    const { boundary, snapshot } = this;
    return {
      ...this.choices(intoVersion),
      ...(boundary !== undefined && { boundary }),
      ...(snapshot !== undefined && { snapshot: parseSnapshotText(snapshot) }),
    };
  }
}

/** A batch prediction of the entities that the history of a feature set knows, as of now. */
export class EntityPredictionBody extends BatchOutputParameters {
  @ApiProperty({ example: 'airframe', description: 'Its entities are scored' })
  @IsString()
  readonly featureSet: string;

  @ApiPropertyOptional({ description: 'Default: the latest' })
  @IsOptional()
  @IsVersion()
  readonly featureSetVersion?: number;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Key column of the model’s service to key of the entity, where the names differ',
  })
  @IsOptional()
  @IsObject()
  readonly keys?: Record<string, string>;

  request(intoVersion: (featureSet: string) => number): Omit<BatchRequest, 'project' | 'model'> {
    const { featureSet, featureSetVersion, keys } = this;
    const rows: AskedEntities = {
      featureSet,
      ...(featureSetVersion !== undefined && { featureSetVersion }),
      ...(keys !== undefined && { keys }),
    };
    return { ...this.choices(intoVersion), rows: { kind: 'entities', ...rows } };
  }
}
