import { Readable } from 'node:stream';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  StreamableFile,
} from '@nestjs/common';
import { ApiBody, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { PlumblineError } from '../definition/error.js';
import { isJsonObject } from '../definition/json-columns.js';
import { stringifyJson } from '../definition/json-value.js';
import { requireNoBody } from '../platform/no-body.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { Target } from '../platform/target.js';
import { validateBody } from '../platform/validation.js';
import type { QuarantineCounts } from '../registry/quarantined-rows.js';
import {
  MAX_ID,
  QuarantineExportQuery,
  QuarantineQuery,
  ReplayBody,
  ReplayManyBody,
} from './quarantine.body.js';
import {
  QUARANTINE_REVIEW,
  type QuarantineReview,
  type ReplayedRows,
  type ReviewedRow,
  type RowToReplay,
} from './quarantine-review.js';

const NDJSON = 'application/x-ndjson';

@ApiTags('quarantine')
@Controller(`${PROJECT_ROUTE}/sources/:source/quarantine`)
export class QuarantineController {
  constructor(@Inject(QUARANTINE_REVIEW) private readonly review: QuarantineReview) {}

  @Get()
  @ApiOperation({ summary: 'Lists refused rows with every reason, in the order in which they came' })
  async list(
    @Target() source: Target,
    @Query() { state, limit, after }: QuarantineQuery,
  ): Promise<{ readonly items: readonly ReviewedRow[]; readonly next: number | null }> {
    const items = await this.review.list(source, { state, limit, after });
    return { items, next: items.length < limit ? null : items.at(-1)!.id };
  }

  @Get('counts')
  @ApiOperation({ summary: 'Counts refused rows by state, and what is wrong with those that wait' })
  counts(@Target() source: Target): Promise<QuarantineCounts> {
    return this.review.counts(source);
  }

  @Get('export')
  @ApiOperation({ summary: 'Every refused row with its problems, an object a line' })
  @ApiProduces(NDJSON)
  export(@Target() source: Target, @Query() { state }: QuarantineExportQuery): StreamableFile {
    return new StreamableFile(Readable.from(linesOf(this.review.export(source, state))), { type: NDJSON });
  }

  @Post('replay')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Replays rows, corrected or as they were kept; without any, every row that waits',
  })
  @ApiBody({ type: ReplayManyBody, required: false })
  async replayMany(@Target() source: Target, @Body() body: unknown): Promise<ReplayedRows> {
    const { rows } = await validateBody(ReplayManyBody, body ?? {});
    return this.review.replayMany(source, rows === undefined ? null : rows.map(rowToReplay));
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads one refused row' })
  get(@Target() source: Target, @Param('id') id: string): Promise<ReviewedRow> {
    return this.review.get(source, idOf(id));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replays a row once, corrected or as it was kept' })
  @ApiBody({ type: ReplayBody, required: false })
  async replay(
    @Target() source: Target,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<ReviewedRow> {
    const { row } = await validateBody(ReplayBody, body ?? {});
    return this.review.replay(source, { id: idOf(id), row });
  }

  @Delete(':id')
  @ApiOperation({ summary: 'Discards a row; it stays listed as discarded' })
  discard(@Target() source: Target, @Param('id') id: string, @Body() body: unknown): Promise<ReviewedRow> {
    requireNoBody(body);
    return this.review.discard(source, idOf(id));
  }
}

async function* linesOf(rows: AsyncIterable<ReviewedRow>): AsyncIterable<string> {
  for await (const row of rows) yield `${stringifyJson(row)}\n`;
}

function rowToReplay(given: unknown, index: number): RowToReplay {
  const isGiven = isJsonObject(given) && Object.keys(given).every((name) => name === 'id' || name === 'row');
  const id = isGiven ? given['id'] : null;
  if (isGiven && typeof id === 'number' && isId(id)) return { id, row: given['row'] };
  const message = 'write { "id": number, "row"?: corrected row }';
  throw new PlumblineError('INVALID_REQUEST', message, { path: `/rows/${index}` });
}

function idOf(text: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && isId(id)) return id;
  throw new PlumblineError('INVALID_REQUEST', `"${text}" is no id of a quarantined row; list them`, {
    path: 'id',
  });
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 0 && id <= MAX_ID;
}
