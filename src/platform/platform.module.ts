import { join } from 'node:path';
import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { LoggerModule } from 'nestjs-pino';
import { destination } from 'pino';
import { CLOCK, type Clock } from './clock.js';
import { CONFIG, type Configuration } from './configuration.js';
import type { DataDir } from './data-dir.js';
import { HealthController } from './health.controller.js';
import { HealthFigures } from './health-figures.js';
import { JobFiles } from './job-files.js';
import { JOB_QUEUE, type JobQueue } from './job-queue.js';
import { JobsController } from './jobs.controller.js';
import { Jobs } from './jobs.js';
import { PEER, type Peer } from './peer.js';
import { ProcessState } from './process-state.js';
import { ReadyController } from './ready.controller.js';
import { START_PATIENCE, type StartPatience } from './start-patience.js';
import { workerNameOf } from './worker-name.js';

const DATA_DIR = Symbol('DATA_DIR');

/** What a service runs on. */
export type Platform = {
  readonly configuration: Configuration;
  readonly clock: Clock;
  /** Given back when the service stops. */
  readonly dataDir: DataDir;
  /** Where other processes reach this one; null where it is alone. */
  readonly peer: Peer | null;
  /** How long it waits for servers that are away while it starts. */
  readonly patience: StartPatience;
};

/** What every room needs: configuration, clock, jobs, log. Global, so that no module imports it again. */
@Module({})
export class PlatformModule implements OnModuleDestroy, OnApplicationShutdown {
  constructor(
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(DATA_DIR) private readonly dataDir: DataDir,
  ) {}

  static register({ configuration, clock, dataDir, peer, patience }: Platform): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [loggerModule(configuration), TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController, ReadyController, JobsController],
      providers: [
        { provide: CONFIG, useValue: configuration },
        { provide: CLOCK, useValue: clock },
        { provide: DATA_DIR, useValue: dataDir },
        { provide: PEER, useValue: peer },
        { provide: START_PATIENCE, useValue: patience },
        { provide: HealthFigures, useValue: new HealthFigures() },
        { provide: ProcessState, useValue: new ProcessState(configuration.processes.role) },
        { provide: Jobs, inject: [JOB_QUEUE, CONFIG], useFactory: createJobs },
      ],
      exports: [CONFIG, CLOCK, PEER, START_PATIENCE, HealthFigures, ProcessState, Jobs],
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.jobs.close();
  }

  onApplicationShutdown(): void {
    this.dataDir.release();
  }
}

/** JSON lines on standard error, so that standard output holds what a person asked for; no line a request. */
function loggerModule({ logLevel }: Configuration): DynamicModule {
  return LoggerModule.forRoot({
    pinoHttp: [{ level: logLevel, autoLogging: false }, destination(2)],
    forRoutes: [],
  });
}

function createJobs(queue: JobQueue, { dataDir, filesDir }: Configuration): Jobs {
  const logger = new Logger('jobs');
  return new Jobs({
    queue,
    files: new JobFiles(join(filesDir, 'jobs')),
    worker: workerNameOf(dataDir),
    onDefect: (cause, job) =>
      logger.error({ err: cause, job: job?.id }, job === undefined ? 'queue of jobs failed' : 'job failed'),
  });
}
