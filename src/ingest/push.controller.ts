import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiOperation, ApiParam, ApiQuery, ApiTags } from '@nestjs/swagger';
import { isJsonObject } from '../definition/json-columns.js';
import { jsonOf, stringifyJson } from '../definition/json-value.js';
import { ROW_MEDIA_TYPES, RowBytes } from '../platform/body.js';
import { idempotencyKeyOf } from '../platform/exchange.js';
import { Hot } from '../platform/hot-route.js';
import type { HttpRequest } from '../platform/http-types.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { TAKES_ROWS } from '../platform/rows-route.js';
import { targetOf } from '../platform/target.js';
import { validateBody, validateQuery } from '../platform/validation.js';
import type { Receipt } from './delivery.js';
import { PushQuery, RowsBody } from './ingest.body.js';
import { PUSH, type Push, type PushedRows } from './push.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source/rows`)
export class PushController {
  constructor(@Inject(PUSH) private readonly pushes: Push) {}

  @Post()
  @HttpCode(200)
  @Hot(TAKES_ROWS)
  @ApiOperation({ summary: 'Pushes rows; they are durable, and visible online, when this answers' })
  @ApiParam({ name: 'project', type: String })
  @ApiParam({ name: 'source', type: String })
  @ApiQuery({ type: PushQuery })
  @ApiConsumes('application/json', ...ROW_MEDIA_TYPES)
  @ApiBody({ type: RowsBody })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Remembered for 7 days' })
  async push(@Req() { params, query, body, headers }: HttpRequest): Promise<string> {
    const target = targetOf(params);
    const { ack, invalid } = isEmpty(query) ? AS_USUAL : await validateQuery(PushQuery, query);
    const rows = await pushedRows(body);
    const idempotencyKey = idempotencyKeyOf(headers);
    const receipt = await this.pushes.push({ ...target, rows, idempotencyKey, ack, invalid });
    return stringifyJson(receiptJson(receipt));
  }
}

const AS_USUAL: PushQuery = {};

function isEmpty(query: unknown): boolean {
  return Object.keys(Object(query)).length === 0;
}

async function pushedRows(body: unknown): Promise<PushedRows> {
  if (body instanceof RowBytes) {
    const format = body.mediaType === 'application/x-ndjson' ? 'ndjson' : 'arrow';
    return { format, bytes: body.bytes };
  }
  const { rows } = isRowsBody(body) ? body : await validateBody(RowsBody, body);
  return { format: 'json', rows };
}

/** Whether a body is one of rows for sure. False says nothing: the validator decides, and names what is wrong. */
function isRowsBody(body: unknown): body is RowsBody {
  return isJsonObject(body) && Array.isArray(body['rows']) && Object.keys(body).length === 1;
}

/** A receipt as its caller reads it. */
function receiptJson({ firstSequence, lastSequence, ...counts }: Receipt): unknown {
  return {
    ...counts,
    firstSequence: jsonOf('INT64', firstSequence),
    lastSequence: jsonOf('INT64', lastSequence),
  };
}
