import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import { PlumblineError } from '../definition/error.js';
import { HealthFigures } from './health-figures.js';
import { ProcessState } from './process-state.js';

@ApiTags('service')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(TypeOrmHealthIndicator) private readonly database: TypeOrmHealthIndicator,
    @Inject(HealthFigures) private readonly figures: HealthFigures,
    @Inject(ProcessState) private readonly state: ProcessState,
  ) {}

  @Get()
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ summary: 'Says whether the service and its registry database answer' })
  @ApiOkResponse({ schema: { type: 'object', properties: { status: { type: 'string', enum: ['ok'] } } } })
  async check(): Promise<HealthCheckResult> {
    try {
      const answer = await this.health.check([() => this.database.pingCheck('registry')]);
      const process = { status: 'up' as const, ...this.state.view() };
      return { ...answer, info: { ...answer.info, ...this.figures.read(), process } };
    } catch {
      throw new PlumblineError('UNAVAILABLE', 'the registry database does not answer; try again');
    }
  }
}
