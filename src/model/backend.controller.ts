import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { MODEL_RUNTIME, type ModelRuntime, type RuntimeDescription } from './runtime.js';

/** What computes models: `trained` those of this service, `imported` those made elsewhere. */
type ModelBackends = { readonly trained: RuntimeDescription; readonly imported: RuntimeDescription };

const BACKEND = {
  type: 'object',
  properties: {
    backend: { type: 'string' },
    libraries: { type: 'object', additionalProperties: { type: 'string' } },
  },
} as const;

@ApiTags('service')
@Controller('health/models')
export class BackendController {
  constructor(@Inject(MODEL_RUNTIME) private readonly runtime: ModelRuntime) {}

  @Get()
  @ApiOperation({ summary: 'Says what computes models: backends and library versions, started by asking' })
  @ApiOkResponse({ schema: { type: 'object', properties: { trained: BACKEND, imported: BACKEND } } })
  async backends(): Promise<ModelBackends> {
    const [trained, imported] = [await this.runtime.describe(), await this.runtime.describe('onnx')];
    return { trained, imported };
  }
}
