import { createReadStream } from 'node:fs';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { PlumblineError } from '../definition/error.js';
import { ModelBundles } from '../model/bundle.js';
import type { ModelManifest } from '../model/manifest.js';
import { parseVersionNumber } from '../model/version-number.js';
import { readArrow } from '../offline/arrow-read.js';
import { ARROW_MEDIA_TYPE } from '../offline/frame-media.js';
import { UploadedFrame } from '../platform/body.js';
import { TakesFrame } from '../platform/frame-route.js';
import type { Job } from '../platform/job.js';
import { PROJECT_ROUTE, Project } from '../platform/project.js';
import { readOnce } from '../platform/read-once.js';
import { ModelVersions } from '../registry/records.js';
import { type RecordedVersion, Train } from './train.js';
import { TrainBody } from './training.body.js';
import { Vectors } from './vectors.js';
import { writeVectors } from './vectors-answer.js';

type VersionSummary = Pick<ModelManifest, 'version' | 'metrics' | 'createdAt'>;
type VersionAnswer = Omit<ModelManifest, 'format' | 'project' | 'tensors' | 'folds'> & {
  /** Models that it reads and that have newer versions; absent where none has. */
  readonly warnings?: readonly string[];
};

@ApiTags('training')
@Controller(`${PROJECT_ROUTE}/models/:model`)
export class TrainedModelsController {
  constructor(
    @Inject(Train) private readonly train: Train,
    @Inject(Vectors) private readonly vectors: Vectors,
    @Inject(ModelVersions) private readonly versions: ModelVersions,
    @Inject(ModelBundles) private readonly bundles: ModelBundles,
  ) {}

  @Post('train')
  @HttpCode(202)
  @ApiOperation({ summary: 'Trains a new version of a model, as a job' })
  startTraining(
    @Project() project: string,
    @Param('model') model: string,
    @Body() body: TrainBody,
  ): Promise<Job> {
    return this.train.start({ ...body, project, model });
  }

  @Get('versions')
  @ApiOperation({ summary: 'Lists the trained versions of a model, oldest first' })
  async list(
    @Project() project: string,
    @Param('model') model: string,
  ): Promise<{ readonly items: readonly VersionSummary[] }> {
    const rows = await this.versions.list(project, model);
    const items = rows.map(({ version, record }) => {
      const { metrics, createdAt } = record as RecordedVersion;
      return { version, metrics, createdAt };
    });
    return { items };
  }

  @Get('versions/:version')
  @ApiOperation({ summary: 'Reads a trained version: signature, fitted transform, metrics, record' })
  async get(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
  ): Promise<VersionAnswer> {
    const row = await this.versions.get(project, model, parseVersionNumber(version));
    const manifest = await this.bundles.manifest(project, model, row.version);
    const { format: _, project: __, tensors: ___, folds: ____, ...answer } = manifest;
    const warnings = await this.staleInputs(project, manifest);
    return warnings.length === 0 ? answer : { ...answer, warnings };
  }

  /** A version goes on reading what it was trained on, whatever is trained later. */
  private async staleInputs(project: string, { model, record }: ModelManifest): Promise<readonly string[]> {
    const checked = (record.cascade ?? []).map(async (read) => {
      const { version: latest } = await this.versions.get(project, read.model);
      if (latest === read.version) return [];
      return [
        `reads version ${read.version} of model "${read.model}", whose latest is ${latest}; register "${model}" again and train it to use that`,
      ];
    });
    return (await Promise.all(checked)).flat();
  }

  @Post('versions/:version/vectors')
  @HttpCode(200)
  @ApiOperation({ summary: 'The model inputs and predictions for a frame that holds features already' })
  @ApiConsumes(ARROW_MEDIA_TYPE)
  @ApiProduces(ARROW_MEDIA_TYPE)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @TakesFrame()
  async makeVectors(
    @Project() project: string,
    @Param('model') model: string,
    @Param('version') version: string,
    @Body() body: UploadedFrame,
  ): Promise<StreamableFile> {
    const path = arrowPathOf(body);
    const ref = { project, model, version: parseVersionNumber(version) };
    const answer = `${path}.vectors`;
    await this.vectors.compute(ref, readArrow(createReadStream(path)), (rows, scorer) =>
      writeVectors(rows, scorer, answer),
    );
    return new StreamableFile(readOnce(answer), { type: ARROW_MEDIA_TYPE });
  }
}

function arrowPathOf({ path, mediaType }: UploadedFrame): string {
  if (mediaType === ARROW_MEDIA_TYPE) return path;
  throw new PlumblineError('UNSUPPORTED_MEDIA_TYPE', `send the frame as ${ARROW_MEDIA_TYPE}`);
}
