import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { PlumblineError } from '../../definition/error.js';
import { parseTimestamp } from '../../definition/time.js';
import type { AuditRequest } from './audits.js';

/** Which logged answers to audit; all of the project where nothing is said. */
export class AuditBody {
  @ApiPropertyOptional({ example: 'arrival_delay', description: 'Answers of this feature service only' })
  @IsOptional()
  @IsString()
  readonly featureService?: string;

  @ApiPropertyOptional({ description: 'Answers with T from here on' })
  @IsOptional()
  @IsString()
  readonly from?: string;

  @ApiPropertyOptional({ description: 'Answers with T before here; default: all up to now' })
  @IsOptional()
  @IsString()
  readonly to?: string;

  /** Throws INVALID_REQUEST. */
  request(project: string): AuditRequest {
    const fromUs = instantOf('from', this.from);
    const toUs = instantOf('to', this.to);
    if (fromUs !== undefined && toUs !== undefined && toUs <= fromUs) {
      const message = `"to" is ${this.to}, not later than "from", ${this.from}; no answer lies between`;
      throw new PlumblineError('INVALID_REQUEST', message, { path: '/to' });
    }
    return {
      project,
      ...(this.featureService != null && { featureService: this.featureService }),
      ...(fromUs !== undefined && { fromUs }),
      ...(toUs !== undefined && { toUs }),
    };
  }
}

function instantOf(name: string, text: string | null | undefined): bigint | undefined {
  if (text == null) return undefined;
  const us = parseTimestamp(text);
  if (us !== null) return us;
  const message = `"${name}" is "${text}"; write an instant with a zone, such as 2013-07-01T00:00:00Z`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: `/${name}` });
}
