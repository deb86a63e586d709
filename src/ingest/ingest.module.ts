import {
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { FILE_READER, type FileReader } from '../offline/file-reader.js';
import { HISTORY, type History } from '../offline/history.js';
import { OfflineModule } from '../offline/offline.module.js';
import { ONLINE_STORE, type OnlineStore } from '../online/store.js';
import { CLOCK, type Clock } from '../platform/clock.js';
import { CONFIG, type Configuration } from '../platform/configuration.js';
import { HealthFigures } from '../platform/health-figures.js';
import { Jobs } from '../platform/jobs.js';
import { PEER, type Peer } from '../platform/peer.js';
import { ProcessState } from '../platform/process-state.js';
import { START_PATIENCE, type StartPatience } from '../platform/start-patience.js';
import { workerNameOf } from '../platform/worker-name.js';
import { Activations } from '../registry/activations.js';
import { CATALOG_HOLDER, type CatalogHolder } from '../registry/catalog.js';
import { HeldRows } from '../registry/held-rows.js';
import { Leases } from '../registry/leases.js';
import { QuarantinedRows } from '../registry/quarantined-rows.js';
import { SourceRows } from '../registry/source-rows.js';
import { DataRoots } from './data-roots.js';
import { HELD_COPIES, HeldCopies } from './held-copies.js';
import { IDENTITIES, type Identities } from './identities.js';
import { IngestController } from './ingest.controller.js';
import { INTAKE, Intake } from './intake.js';
import { LeaseOwner } from './lease-owner.js';
import { LOAD, Load } from './load.js';
import { SOURCE_LOG, type SourceLog } from './log.js';
import { LOGGED_KEY_ROWS, LoggedKeyRows } from './logged-key-rows.js';
import { OWNERSHIP, type Ownership, SoleOwner } from './ownership.js';
import { PIPELINES, Pipelines, type PipelinesParts } from './pipelines.js';
import { PushController } from './push.controller.js';
import { PUSH, Push } from './push.js';
import { QuarantineController } from './quarantine.controller.js';
import { QUARANTINE_REVIEW, QuarantineReview } from './quarantine-review.js';
import { RebuildController } from './rebuild.controller.js';
import { REBUILD, Rebuild } from './rebuild.js';
import { StreamController } from './stream.controller.js';
import { healthOf } from './stream-figures.js';
import { STREAM_TOPICS, type StreamTopics } from './stream-topic.js';
import { STREAMS, Streams } from './streams.js';
import { UPKEEP, Upkeep } from './upkeep.js';

/** Rows in. The log and the index of what was seen are chosen by the composition root. */
@Module({
  imports: [OfflineModule],
  controllers: [PushController, RebuildController, IngestController, QuarantineController, StreamController],
  providers: [
    { provide: OWNERSHIP, inject: [Leases, CONFIG, PEER], useFactory: ownershipOf },
    {
      provide: HELD_COPIES,
      inject: [HeldRows, IDENTITIES, OWNERSHIP, CONFIG],
      useFactory: (
        rows: HeldRows,
        identities: Identities,
        ownership: Ownership,
        { dataDir }: Configuration,
      ) => new HeldCopies({ rows, identities, ownership, owner: workerNameOf(dataDir) }),
    },
    {
      provide: PIPELINES,
      inject: [
        ...[CATALOG_HOLDER, SourceRows, HealthFigures, ProcessState, Jobs],
        ...[SOURCE_LOG, ONLINE_STORE, HISTORY, IDENTITIES, Activations, CLOCK],
        ...[OWNERSHIP, HELD_COPIES, CONFIG, START_PATIENCE],
      ],
      useFactory: (...[catalogs, rows, health, state, jobs, ...parts]: PipelinesDependencies) => {
        const pipelines = new Pipelines(pipelineParts(...parts), catalogs);
        state.sourcesBy(() => pipelines.state());
        if (pipelines.isShared) jobs.ownedBy(() => pipelines.state().open);
        rows.countBy((project, source) => pipelines.rowsOf(project, source));
        health.add('windows', () => pipelines.lateFigures());
        parts[2].readBehind((project, source) => pipelines.applied(project, source));
        return pipelines;
      },
    },
    {
      provide: INTAKE,
      inject: [PIPELINES, IDENTITIES, HELD_COPIES, QuarantinedRows, CLOCK, CONFIG],
      useFactory: (...parts: IntakeDependencies) => intakeOf(...parts),
    },
    {
      provide: UPKEEP,
      inject: [PIPELINES, IDENTITIES, INTAKE, HELD_COPIES, CLOCK],
      useFactory: (...[pipelines, identities, intake, held, clock]: UpkeepDependencies) =>
        new Upkeep({ pipelines, identities, intake, held, clock, onDefect: logDefect }),
    },
    {
      provide: STREAMS,
      inject: [PIPELINES, INTAKE, STREAM_TOPICS, CLOCK, CATALOG_HOLDER, HealthFigures],
      useFactory: (...parts: StreamDependencies) => streamsOf(...parts),
    },
    {
      provide: PUSH,
      inject: [PIPELINES, INTAKE],
      useFactory: (pipelines: Pipelines, intake: Intake) => new Push({ pipelines, intake }),
    },
    {
      provide: LOAD,
      inject: [PIPELINES, INTAKE, FILE_READER, Jobs, CONFIG],
      useFactory: (...parts: LoadDependencies) => loadOf(...parts),
    },
    {
      provide: QUARANTINE_REVIEW,
      inject: [PIPELINES, IDENTITIES, QuarantinedRows, INTAKE],
      useFactory: (...[pipelines, identities, rows, intake]: ReviewDependencies) =>
        new QuarantineReview({ pipelines, identities, rows, intake }),
    },
    {
      provide: LOGGED_KEY_ROWS,
      inject: [SOURCE_LOG],
      useFactory: (log: SourceLog) => new LoggedKeyRows(log),
    },
    {
      provide: REBUILD,
      inject: [PIPELINES, Jobs],
      useFactory: (pipelines: Pipelines, jobs: Jobs) => new Rebuild(pipelines, jobs),
    },
  ],
  exports: [PUSH, LOGGED_KEY_ROWS, OWNERSHIP],
})
export class IngestModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(PIPELINES) private readonly pipelines: Pipelines,
    @Inject(UPKEEP) private readonly upkeep: Upkeep,
    @Inject(STREAMS) private readonly streams: Streams,
    @Inject(FILE_READER) private readonly files: FileReader,
  ) {}

  /** Online state and history are brought up to the log before the first request. */
  async onApplicationBootstrap(): Promise<void> {
    await this.pipelines.start();
    this.upkeep.start();
    this.streams.start();
  }

  async onApplicationShutdown(): Promise<void> {
    const stopped = Promise.all([this.streams.stop(), this.upkeep.stop()]);
    // What waits for a log that does not answer is let go.
    await this.pipelines.stopAppends();
    await stopped;
    await this.pipelines.close();
    await this.files.close();
  }
}

type PipelinesDependencies = readonly [
  catalogs: CatalogHolder,
  rows: SourceRows,
  health: HealthFigures,
  state: ProcessState,
  jobs: Jobs,
  ...parts: PipelineDependencies,
];

type PipelineDependencies = readonly [
  log: SourceLog,
  online: OnlineStore,
  history: History,
  identities: Identities,
  activations: Activations,
  clock: Clock,
  ownership: Ownership,
  held: HeldCopies,
  configuration: Configuration,
  patience: StartPatience,
];

function pipelineParts(
  ...[
    log,
    online,
    history,
    identities,
    activations,
    clock,
    ownership,
    held,
    { processes },
    patience,
  ]: PipelineDependencies
): PipelinesParts {
  const keepsHistory = processes.role !== 'lookup';
  const stores = { log, online, history, identities, activations };
  return { ...stores, clock, ownership, held, keepsHistory, patience, onDefect: logDefect };
}

/** Renewals of a lease while it lasts. */
const RENEWALS = 4;

function ownershipOf(leases: Leases, { processes, dataDir }: Configuration, peer: Peer | null): Ownership {
  if (peer === null) return new SoleOwner();
  const self = { id: workerNameOf(dataDir), address: peer.address, role: processes.role };
  return new LeaseOwner({ leases, self, everyMs: processes.leaseMs / RENEWALS, onDefect: logDefect });
}

type ReviewDependencies = readonly [
  pipelines: Pipelines,
  identities: Identities,
  rows: QuarantinedRows,
  intake: Intake,
];

type UpkeepDependencies = readonly [
  pipelines: Pipelines,
  identities: Identities,
  intake: Intake,
  held: HeldCopies,
  clock: Clock,
];

type IntakeDependencies = readonly [
  pipelines: Pipelines,
  identities: Identities,
  held: HeldCopies,
  quarantine: QuarantinedRows,
  clock: Clock,
  configuration: Configuration,
];

function intakeOf(
  ...[pipelines, identities, held, quarantine, clock, { maxSkewUs }]: IntakeDependencies
): Intake {
  return new Intake({ pipelines, identities, held, quarantine, clock, maxSkewUs });
}

type StreamDependencies = readonly [
  pipelines: Pipelines,
  intake: Intake,
  topics: StreamTopics,
  clock: Clock,
  catalogs: CatalogHolder,
  health: HealthFigures,
];

function streamsOf(...[pipelines, intake, topics, clock, catalogs, health]: StreamDependencies): Streams {
  const streams = new Streams({ pipelines, intake, topics, clock, onDefect: logDefect }, catalogs);
  health.add('streams', () => healthOf(streams.all()));
  return streams;
}

type LoadDependencies = readonly [
  pipelines: Pipelines,
  intake: Intake,
  files: FileReader,
  jobs: Jobs,
  configuration: Configuration,
];

function loadOf(...[pipelines, intake, files, jobs, { dataRoots }]: LoadDependencies): Load {
  return new Load({ pipelines, intake, files, jobs, roots: new DataRoots(dataRoots) });
}

function logDefect(cause: unknown, what: string): void {
  new Logger('ingest').error({ err: cause }, `${what} failed`);
}
