import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsIn, IsOptional } from 'class-validator';
import { ACKNOWLEDGEMENTS, type Acknowledgement, INVALID_POLICIES, type InvalidPolicy } from './delivery.js';

/** Rows are checked by the source's own types, not here: that is many times faster and tells more. */
export class RowsBody {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } })
  @IsArray()
  readonly rows: unknown[];
}

/** How a push is to be taken, as query parameters. */
export class PushQuery {
  @ApiPropertyOptional({ enum: ACKNOWLEDGEMENTS, description: 'Default: visible' })
  @IsOptional()
  @IsIn(ACKNOWLEDGEMENTS)
  readonly ack?: Acknowledgement;

  @ApiPropertyOptional({
    enum: INVALID_POLICIES,
    description: 'Default: refuse, so that one wrong row refuses them all',
  })
  @IsOptional()
  @IsIn(INVALID_POLICIES)
  readonly invalid?: InvalidPolicy;
}
