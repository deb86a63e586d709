import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsInt, IsOptional, IsString, Min } from 'class-validator';

export class LookupBody {
  @ApiProperty({ example: 'arrival_delay' })
  @IsString()
  readonly featureService: string;

  @ApiPropertyOptional({ description: 'Default: the latest version' })
  @IsOptional()
  @IsInt()
  @Min(1)
  readonly version?: number;

  /** Checked by the service's key types. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    example: [{ origin: 'EWR' }],
  })
  @IsArray()
  readonly entities: unknown[];
}
