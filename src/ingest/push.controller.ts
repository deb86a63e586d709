import { Body, Controller, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { jsonOf } from '../definition/json-value.js';
import { ROW_MEDIA_TYPES, RowBytes } from '../platform/body.js';
import { Exchange } from '../platform/exchange.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { TakesRows } from '../platform/rows-route.js';
import { Target } from '../platform/target.js';
import { validateBody } from '../platform/validation.js';
import type { Receipt } from './delivery.js';
import { PushQuery, RowsBody } from './ingest.body.js';
import { PUSH, type Push, type PushedRows } from './push.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source/rows`)
export class PushController {
  constructor(@Inject(PUSH) private readonly pushes: Push) {}

  @Post()
  @HttpCode(200)
  @TakesRows()
  @ApiOperation({ summary: 'Pushes rows; they are durable, and visible online, when this answers' })
  @ApiConsumes('application/json', ...ROW_MEDIA_TYPES)
  @ApiBody({ type: RowsBody })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Remembered for 7 days' })
  async push(
    @Target() { project, source }: Target,
    @Query() query: PushQuery,
    @Body() body: unknown,
    @Exchange() { idempotencyKey }: Exchange,
  ): Promise<unknown> {
    const rows = await pushedRows(body);
    const { ack, invalid } = query;
    return receiptJson(await this.pushes.push({ project, source, rows, idempotencyKey, ack, invalid }));
  }
}

async function pushedRows(body: unknown): Promise<PushedRows> {
  if (body instanceof RowBytes) {
    const format = body.mediaType === 'application/x-ndjson' ? 'ndjson' : 'arrow';
    return { format, bytes: body.bytes };
  }
  return { format: 'json', rows: (await validateBody(RowsBody, body)).rows };
}

/** A receipt as its caller reads it. */
function receiptJson({ firstSequence, lastSequence, ...counts }: Receipt): unknown {
  return {
    ...counts,
    firstSequence: jsonOf('INT64', firstSequence),
    lastSequence: jsonOf('INT64', lastSequence),
  };
}
