import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { PlumblineError } from '../../definition/error.js';
import { CONFIG, type Configuration } from '../../platform/configuration.js';
import { Hot } from '../../platform/hot-route.js';
import { PROJECT_ROUTE, requireName } from '../../platform/project.js';
import { FEAST_LOOKUP_BODY, FEAST_PUSH_BODY } from './feast.body.js';
import { FeastLookup } from './feast-lookup.js';
import { FeastPush } from './feast-push.js';
import { parseFeastLookup, parseFeastPush } from './feast-request.js';

/** A request as it comes: the framework's pipes would cost more than the answer. */
type FeastRequest = { readonly params: { readonly project?: string }; readonly body: unknown };

/** What Feast's feature server answers to a push. */
const NOTHING = Buffer.from('null');

/** Feast's feature server, over the project that the configuration names. */
@ApiTags('feast')
@Controller()
export class FeastController {
  constructor(
    @Inject(FeastLookup) private readonly lookups: FeastLookup,
    @Inject(FeastPush) private readonly pushes: FeastPush,
    @Inject(CONFIG) private readonly configuration: Configuration,
  ) {}

  @Post('get-online-features')
  @HttpCode(200)
  @Hot()
  @ApiOperation({
    summary: 'Latest feature values as Feast answers them, of the project of the setting feast.project',
  })
  @ApiBody(FEAST_LOOKUP_BODY)
  lookup(@Req() { body }: FeastRequest): Promise<string | Buffer> {
    const request = parseFeastLookup(body);
    return this.lookups.answer(this.project(), request);
  }

  @Post('push')
  @HttpCode(200)
  @Hot()
  @ApiOperation({ summary: 'Pushes rows as Feast takes them, into the project of the setting feast.project' })
  @ApiBody(FEAST_PUSH_BODY)
  async push(@Req() { body }: FeastRequest): Promise<Buffer> {
    const request = parseFeastPush(body);
    await this.pushes.push(this.project(), request);
    return NOTHING;
  }

  private project(): string {
    const { feastProject } = this.configuration;
    if (feastProject !== null) return feastProject;
    const message =
      'this route means no project; set feast.project, or begin the address with /v1/projects/{project}/feast';
    throw new PlumblineError('NOT_FOUND', message);
  }
}

/** Feast's feature server, over one project: what its clients take as the address of the server. */
@ApiTags('feast')
@ApiParam({ name: 'project', type: String })
@Controller(`${PROJECT_ROUTE}/feast`)
export class FeastProjectController {
  constructor(
    @Inject(FeastLookup) private readonly lookups: FeastLookup,
    @Inject(FeastPush) private readonly pushes: FeastPush,
  ) {}

  @Post('get-online-features')
  @HttpCode(200)
  @Hot()
  @ApiOperation({ summary: 'Latest feature values as Feast answers them' })
  @ApiBody(FEAST_LOOKUP_BODY)
  lookup(@Req() { params, body }: FeastRequest): Promise<string | Buffer> {
    const request = parseFeastLookup(body);
    return this.lookups.answer(requireName('project', params.project), request);
  }

  @Post('push')
  @HttpCode(200)
  @Hot()
  @ApiOperation({ summary: 'Pushes rows as Feast takes them' })
  @ApiBody(FEAST_PUSH_BODY)
  async push(@Req() { params, body }: FeastRequest): Promise<Buffer> {
    const request = parseFeastPush(body);
    await this.pushes.push(requireName('project', params.project), request);
    return NOTHING;
  }
}
