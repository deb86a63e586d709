import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import { KNOWLEDGE_RULES, type Knowledge } from '../../offline/store.js';
import { IsVersion } from '../../platform/is-version.js';

/** Which value to explain. */
export class ExplainBody {
  @ApiPropertyOptional({ example: 'arrival_delay', description: 'This or features' })
  @IsOptional()
  @IsString()
  readonly featureService?: string;

  @ApiPropertyOptional({ description: 'Of the feature service; default: the latest' })
  @IsOptional()
  @IsVersion()
  readonly version?: number;

  @ApiPropertyOptional({ type: [String], example: ['weather:temp'], description: 'This or featureService' })
  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  readonly features?: string[];

  @ApiPropertyOptional({
    example: 'weather__temp',
    description: 'Name of the value in an answer; not needed where there is one',
  })
  @IsOptional()
  @IsString()
  readonly feature?: string;

  /** Checked by the types of the keys and request inputs. */
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Keys and request inputs by name, as in a lookup',
    example: { origin: 'EWR' },
  })
  @IsObject()
  readonly entity!: object;

  @ApiPropertyOptional({ description: 'T; default now' })
  @IsOptional()
  @IsString()
  readonly asOf?: string;

  @ApiPropertyOptional({ enum: KNOWLEDGE_RULES, description: 'Default: known' })
  @IsOptional()
  @IsIn(KNOWLEDGE_RULES)
  readonly knowledge?: Knowledge;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Of an online answer its sequences by alias, for knowledge "served"; default: by T alone',
    example: { weather: 41 },
  })
  @IsOptional()
  @IsObject()
  readonly sequences?: object;
}
