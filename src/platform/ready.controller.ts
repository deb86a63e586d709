import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ProcessState, type ProcessView } from './process-state.js';

@ApiTags('service')
@Controller('ready')
export class ReadyController {
  constructor(@Inject(ProcessState) private readonly state: ProcessState) {}

  @Get()
  @ApiOperation({
    summary: 'Says what this process does and which sources it owns, once it takes their rows',
  })
  check(): { readonly status: 'ready' } & ProcessView {
    this.state.requireReady();
    return { status: 'ready', ...this.state.view() };
  }
}
