import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { IsVersion } from '../platform/is-version.js';
import { LOOKUP_PARTS, type LookupPart } from './lookup-json.js';

export class LookupBody {
  @ApiPropertyOptional({ example: 'arrival_delay', description: 'This or features' })
  @IsOptional()
  @IsString()
  readonly featureService?: string;

  @ApiPropertyOptional({ description: 'Of the feature service; default: the latest' })
  @IsOptional()
  @IsVersion()
  readonly version?: number;

  @ApiPropertyOptional({
    type: [String],
    example: ['weather:temp', 'weather@2:wind_dir', 'w=weather:cold'],
    description: 'This or featureService',
  })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly features?: string[];

  /** Checked by the types of the keys and request inputs. */
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'By name the keys of each entity, and the request inputs of the feature service',
    example: [{ origin: 'EWR' }],
  })
  @IsArray()
  readonly entities: unknown[];

  @ApiPropertyOptional({
    type: [String],
    enum: LOOKUP_PARTS,
    description: 'What the answer says beside the values; default: all of it',
  })
  @IsOptional()
  @IsArray()
  @IsIn(LOOKUP_PARTS, { each: true })
  readonly include?: LookupPart[];

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'integer' }, { type: 'string' }] },
    example: { weather: 1042 },
    description: 'By source the last sequence that the answer must know; 503 where online state is behind it',
  })
  @IsOptional()
  @IsObject()
  readonly minSequence?: object;
}
