import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { formatTimestamp } from '../definition/time.js';
import { PROJECT_ROUTE } from '../platform/project.js';
import { Target } from '../platform/target.js';
import { STREAMS, type Streams } from './streams.js';

@ApiTags('rows in')
@Controller(`${PROJECT_ROUTE}/sources/:source/stream`)
export class StreamController {
  constructor(@Inject(STREAMS) private readonly streams: Streams) {}

  @Get()
  @ApiOperation({ summary: 'Says how far the topic of a source was read, how fast, and what keeps it' })
  figures(@Target() { project, source }: Target): object {
    const { partitions, watermarkUs, ...figures } = this.streams.figures(project, source);
    return {
      ...figures,
      watermark: timeOf(watermarkUs),
      partitions: partitions.map(({ newestEventUs, ...each }) => ({
        ...each,
        lag: each.end - each.position,
        newestEventTime: timeOf(newestEventUs),
      })),
    };
  }
}

function timeOf(us: bigint | null): string | null {
  return us === null ? null : formatTimestamp(us);
}
