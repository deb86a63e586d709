import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  IsBoolean,
  IsIn,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  Min,
} from 'class-validator';
import { type ColumnMapping, EXTRA_POLICIES, type ExtraPolicy } from './column-mapping.js';
import { INVALID_POLICIES, type InvalidPolicy } from './delivery.js';
import { COMPRESSIONS, type Compression, FILE_FORMATS, type FileFormat } from './file-kind.js';

export class LoadBody {
  @ApiProperty({ description: 'A file or a folder in one of the allowed data roots' })
  @IsString()
  readonly path: string;

  @ApiPropertyOptional({ enum: FILE_FORMATS, description: 'Default: what the name of the file tells' })
  @IsOptional()
  @IsIn(FILE_FORMATS)
  readonly format?: FileFormat;

  @ApiPropertyOptional({ enum: COMPRESSIONS, description: 'Default: what the name of the file tells' })
  @IsOptional()
  @IsIn(COMPRESSIONS)
  readonly compression?: Compression;

  @ApiPropertyOptional({
    description: 'Of a folder, which files: a glob on the path within it. Default: all',
  })
  @IsOptional()
  @IsString()
  @IsNotEmpty()
  readonly pattern?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: "Source column to the file's column, or to a JSON pointer; others keep their names",
    example: { temp: 'temperature', wind: '/wind/speed' },
  })
  @IsOptional()
  @IsObject()
  readonly columns?: ColumnMapping;

  @ApiPropertyOptional({
    enum: EXTRA_POLICIES,
    description: 'Columns that the source lacks; default: refuse',
  })
  @IsOptional()
  @IsIn(EXTRA_POLICIES)
  readonly extra?: ExtraPolicy;

  @ApiPropertyOptional({ enum: INVALID_POLICIES, description: 'Rows that break a rule; default: quarantine' })
  @IsOptional()
  @IsIn(INVALID_POLICIES)
  readonly invalid?: InvalidPolicy;

  @ApiPropertyOptional({ description: 'Share of refused rows above which nothing is taken; default 0.1' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  readonly maxInvalid?: number;

  @ApiPropertyOptional({ description: 'Takes bytes that were loaded before once more; default false' })
  @IsOptional()
  @IsBoolean()
  readonly again?: boolean;
}
