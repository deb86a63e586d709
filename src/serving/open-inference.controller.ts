import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import { parseVersionNumber } from '../model/version-number.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import {
  type InferenceAnswer,
  inferenceAnswer,
  type ModelMetadata,
  modelMetadata,
} from './inference-answer.js';
import { type ModelChoice, Predict } from './predict.js';

const SERVER = { name: 'plumbline', version: '1', extensions: [] } as const;

const INFER_BODY = {
  schema: {
    type: 'object',
    required: ['inputs'],
    properties: {
      id: { type: 'string' },
      parameters: { type: 'object' },
      inputs: { type: 'array', items: { type: 'object' } },
      outputs: { type: 'array', items: { type: 'object' } },
    },
  },
};

/** The Open Inference Protocol v2 over REST; a request's model version is the latest unless the path has one. */
@ApiTags('predictions')
@Controller(`${PROJECT_ROUTE}/v2`)
export class OpenInferenceController {
  constructor(@Inject(Predict) private readonly predict: Predict) {}

  @Get()
  @ApiOperation({ summary: 'Server metadata' })
  server(@Project() _project: string): typeof SERVER {
    return SERVER;
  }

  @Get('health/live')
  @ApiOperation({ summary: 'Whether the server runs' })
  live(@Project() _project: string): { readonly live: true } {
    return { live: true };
  }

  @Get('health/ready')
  @ApiOperation({ summary: 'Whether the server takes predictions' })
  ready(@Project() _project: string): { readonly ready: true } {
    return { ready: true };
  }

  @Get('models/:model')
  @ApiOperation({ summary: 'Metadata of the latest version' })
  metadata(@Project() project: string, @Param('model') model: string): Promise<ModelMetadata> {
    return this.metadataOf({ project, model });
  }

  @Get('models/:model/versions/:version')
  @ApiOperation({ summary: 'Metadata of a version' })
  versionMetadata(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
  ): Promise<ModelMetadata> {
    return this.metadataOf({ project, model, version: parseVersionNumber(version) });
  }

  @Get('models/:model/ready')
  @ApiOperation({ summary: 'Whether the latest version takes predictions; loads it' })
  modelReady(@Project() project: string, @Param('model') model: string): Promise<ModelReadiness> {
    return this.readinessOf({ project, model });
  }

  @Get('models/:model/versions/:version/ready')
  @ApiOperation({ summary: 'Whether a version takes predictions; loads it' })
  versionReady(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
  ): Promise<ModelReadiness> {
    return this.readinessOf({ project, model, version: parseVersionNumber(version) });
  }

  @Post('models/:model/infer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Predicts by the latest version, from entity keys and request values' })
  @ApiBody(INFER_BODY)
  infer(
    @Project() project: string,
    @Param('model') model: string,
    @Body() body: unknown,
  ): Promise<InferenceAnswer> {
    return this.answerOf({ project, model }, body);
  }

  @Post('models/:model/versions/:version/infer')
  @HttpCode(200)
  @ApiOperation({ summary: 'Predicts by a version, from entity keys and request values' })
  @ApiBody(INFER_BODY)
  versionInfer(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
    @Body() body: unknown,
  ): Promise<InferenceAnswer> {
    return this.answerOf({ project, model, version: parseVersionNumber(version) }, body);
  }

  private async metadataOf(choice: ModelChoice): Promise<ModelMetadata> {
    return modelMetadata(await this.predict.describe(choice));
  }

  private async readinessOf(choice: ModelChoice): Promise<ModelReadiness> {
    await this.predict.describe(choice);
    return { name: choice.model, ready: true };
  }

  private async answerOf(choice: ModelChoice, body: unknown): Promise<InferenceAnswer> {
    return inferenceAnswer(choice.model, await this.predict.infer(choice, body));
  }
}

type ModelReadiness = { readonly name: string; readonly ready: true };
