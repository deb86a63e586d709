import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { Prose } from '../platform/null-character.js';
import { validateBody } from '../platform/validation.js';

/** Enough to say why; the rest belongs where it links to. */
const MAX_REASON = 2_000;

/** Longest `name@version`. */
const MAX_VERSION_TEXT = 80;

export class DeprecateBody {
  @ApiPropertyOptional({ description: 'Why, for people', maxLength: MAX_REASON })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_REASON)
  @Prose()
  readonly reason?: string;

  @ApiPropertyOptional({
    description: 'What to use in its place: a version of the same kind',
    example: 'weather@2',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_VERSION_TEXT)
  readonly use?: string;
}

/** The body of a deprecation, which may be left out. Throws INVALID_REQUEST. */
export function deprecateBodyOf(body: unknown): Promise<DeprecateBody> {
  return validateBody(DeprecateBody, body ?? {});
}
