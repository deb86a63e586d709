import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsIn, IsOptional, IsString } from 'class-validator';
import { FILE_FORMATS, type FileFormat } from '../offline/file-reader.js';

/** Rows are checked by the source's own types, not here: that is many times faster and tells more. */
export class RowsBody {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @IsArray()
  readonly rows: unknown[];
}

export class LoadBody {
  @ApiProperty({ description: 'A file in one of the allowed data roots' })
  @IsString()
  readonly path: string;

  @ApiPropertyOptional({ enum: FILE_FORMATS, description: 'Default: what the name of the file tells' })
  @IsOptional()
  @IsIn(FILE_FORMATS)
  readonly format?: FileFormat;
}
