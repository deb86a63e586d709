import { setTimeout as sleep } from 'node:timers/promises';
import type { Table } from 'apache-arrow';
import type { Document } from '../../../src/definition/document.js';
import { AuditsClient } from './audits.js';
import { DefinitionsClient } from './definitions.js';
import { bodyOfFrame, type Frame, fileOfAnswer, MEDIA_TYPE, tableOfAnswer } from './frame.js';
import { ModelsClient } from './models.js';
import { PlumblineRequestError } from './request-error.js';
import { type Call, send } from './transport.js';
import {
  type Change,
  type HistoryQuery,
  type InferAnswer,
  type InferRequest,
  type Job,
  jsonBody,
  type LoadResult,
  type LookupAnswer,
  type ModelVersion,
  type PushAnswer,
  type PushOptions,
  type RetrievalQuery,
  type RetrievalReport,
  type Row,
  type TrainingResult,
  type TrainingSet,
} from './wire.js';

export type ClientOptions = {
  /** Where the service listens, such as `http://127.0.0.1:8080`. */
  readonly baseUrl: string;
  readonly project: string;
  /** How long a call that answers at once may take; default 10 s. */
  readonly deadlineMs?: number;
  /** How long a frame may travel, or a job run; default 10 min. */
  readonly longDeadlineMs?: number;
};

const DEADLINE_MS = 10_000;
const LONG_DEADLINE_MS = 600_000;
/** Pause between two looks at a job: short beside any job, long beside a request. */
const JOB_POLL_MS = 100;

/**
 * A client of one project of a Plumbline service. Every method throws {@link PlumblineRequestError}, with the service's
 * code when it refused. INT64 values are exact: send them as bigint, read large ones as decimal strings.
 */
export class PlumblineClient {
  /** Plans, versions and lists of definitions. */
  readonly definitions: DefinitionsClient;
  /** Transforms, predictions and reproductions of trained versions. */
  readonly models: ModelsClient;
  /** Audits of what was served, and what values are made of. */
  readonly audits: AuditsClient;
  private readonly root: string;
  private readonly deadlineMs: number;
  private readonly longDeadlineMs: number;

  constructor(options: ClientOptions) {
    const base = options.baseUrl.replace(/\/+$/, '');
    this.root = `${base}/v1/projects/${encodeURIComponent(options.project)}`;
    this.deadlineMs = options.deadlineMs ?? DEADLINE_MS;
    this.longDeadlineMs = options.longDeadlineMs ?? LONG_DEADLINE_MS;
    const deadlinesMs = { short: this.deadlineMs, long: this.longDeadlineMs };
    this.definitions = new DefinitionsClient(this.root, deadlinesMs);
    this.models = new ModelsClient(this.root, deadlinesMs);
    this.audits = new AuditsClient(this.root, deadlinesMs);
  }

  /** Registers definitions in one transaction: YAML text of several documents, or the documents. */
  apply(definitions: string | readonly Document[]): Promise<readonly Change[]> {
    return this.definitions.apply(definitions);
  }

  /** Pushes rows into a source; they are durable, and unless told otherwise visible online, when this resolves (S12). */
  push(
    source: string,
    rows: readonly Row[],
    { idempotencyKey, ack, invalid }: PushOptions = {},
  ): Promise<PushAnswer> {
    return this.json({
      method: 'POST',
      path: `sources/${encodeURIComponent(source)}/rows`,
      query: { ...(ack !== undefined && { ack }), ...(invalid !== undefined && { invalid }) },
      headers: {
        'content-type': 'application/json',
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      body: jsonBody({ rows }),
      deadlineMs: this.deadlineMs,
    });
  }

  /** Starts making the online state of a source's feature sets anew from its log; lookups go on meanwhile. */
  rebuild(source: string): Promise<Job<{ readonly rows: number }>> {
    return this.post(`sources/${encodeURIComponent(source)}/rebuild`, {});
  }

  /** Names of the registered sources. */
  async sources(): Promise<readonly string[]> {
    const call = { method: 'GET', path: 'sources', deadlineMs: this.deadlineMs } as const;
    const { items } = await this.json<{ items: readonly { readonly name: string }[] }>(call);
    return items.map(({ name }) => name);
  }

  /** Starts a batch load of a file that the service can read. */
  load(source: string, path: string, format: 'parquet' | 'csv' = 'parquet'): Promise<Job<LoadResult>> {
    return this.post(`sources/${encodeURIComponent(source)}/loads`, { path, format });
  }

  /** Waits until a job has ended and gives its result; throws the job's error when it failed, CANCELLED when it was. */
  async waitForJob<Result>(
    started: Job<Result>,
    onProgress: (job: Job<Result>) => void = () => undefined,
  ): Promise<Result> {
    const deadline = performance.now() + this.longDeadlineMs;
    let job = started;
    while (job.state === 'queued' || job.state === 'running') {
      if (performance.now() > deadline) throw jobDeadlineExceeded(job.id, this.longDeadlineMs);
      await sleep(JOB_POLL_MS);
      job = await this.json<Job<Result>>({
        method: 'GET',
        path: `jobs/${encodeURIComponent(job.id)}`,
        deadlineMs: this.deadlineMs,
      });
      onProgress(job);
    }
    if (job.state !== 'succeeded') throw jobError(job);
    return job.result as Result;
  }

  /**
   * Latest values of a feature service for entities given by their keys, with its request inputs beside them; one result an
   * entity, in order.
   */
  lookup(featureService: string, entities: readonly Row[]): Promise<LookupAnswer> {
    return this.post('online/lookup', { featureService, entities });
  }

  /** The frame with its features as of each row's time, as an Arrow table: same rows, same order (S16). */
  retrieve(frame: Frame, query: RetrievalQuery): Promise<{ table: Table; report: RetrievalReport }> {
    return this.sendFrame({ path: 'retrievals', query, frame, accept: MEDIA_TYPE.arrow }, async (answer) => ({
      report: reportOf(answer),
      table: await tableOfAnswer(answer),
    }));
  }

  /** The same, streamed into a Parquet file. */
  retrieveToParquet(frame: Frame, query: RetrievalQuery, path: string): Promise<RetrievalReport> {
    return this.sendFrame(
      { path: 'retrievals', query, frame, accept: MEDIA_TYPE.parquet },
      async (answer) => {
        await fileOfAnswer(answer, path);
        return reportOf(answer);
      },
    );
  }

  /** Features at every row, every change or a grid of times, without a frame: keys, times and features, in their order. */
  retrieveHistory(query: HistoryQuery): Promise<{ table: Table; report: RetrievalReport }> {
    const call: Call = {
      method: 'POST',
      path: 'retrievals/history',
      headers: { 'content-type': 'application/json', accept: MEDIA_TYPE.arrow },
      body: jsonBody(query),
      deadlineMs: this.longDeadlineMs,
    };
    return send(this.root, call, async (answer) => ({
      report: reportOf(answer),
      table: await tableOfAnswer(answer),
    }));
  }

  /** Retrieves features for a frame and keeps the result in the service, to train from. */
  createTrainingSet(frame: Frame, query: RetrievalQuery): Promise<TrainingSet> {
    return this.sendFrame(
      { path: 'training-sets', query, frame, accept: 'application/json' },
      (answer) => answer.json() as Promise<TrainingSet>,
    );
  }

  /** Starts training a model from a training set. */
  train(model: string, trainingSet: string): Promise<Job<TrainingResult>> {
    return this.post(`models/${encodeURIComponent(model)}/train`, { trainingSet });
  }

  /** A trained version: signature, fitted transform, metrics and what it was made from (S25). */
  modelVersion(model: string, version: number): Promise<ModelVersion> {
    const path = `models/${encodeURIComponent(model)}/versions/${version}`;
    return this.json({ method: 'GET', path, deadlineMs: this.deadlineMs });
  }

  /** The float32 model inputs and predictions for a frame that already holds features. */
  vectors(model: string, version: number, table: Table): Promise<Table> {
    return this.models.vectors(model, version, { kind: 'arrow', table });
  }

  /** Predicts from entity keys and request inputs, by the Open Inference Protocol v2. */
  infer(model: string, request: InferRequest): Promise<InferAnswer> {
    return this.post(`v2/models/${encodeURIComponent(model)}/infer`, request);
  }

  private post<Result>(path: string, body: unknown): Promise<Result> {
    return this.json({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: jsonBody(body),
      deadlineMs: this.deadlineMs,
    });
  }

  private json<Result>(call: Call): Promise<Result> {
    return send(this.root, call, (answer) => answer.json() as Promise<Result>);
  }

  private async sendFrame<Result>(
    request: { path: string; query?: RetrievalQuery; frame: Frame; accept: string },
    read: (answer: Response) => Promise<Result>,
  ): Promise<Result> {
    const call: Call = {
      method: 'POST',
      path: request.path,
      query: queryMembers(request.query),
      headers: { 'content-type': MEDIA_TYPE[request.frame.kind], accept: request.accept },
      body: await bodyOfFrame(request.frame),
      deadlineMs: this.longDeadlineMs,
    };
    return send(this.root, call, read);
  }
}

/** A snapshot travels as JSON text. */
function queryMembers(query: RetrievalQuery | undefined): NonNullable<Call['query']> {
  if (query?.snapshot === undefined) return { ...query, snapshot: undefined };
  return { ...query, snapshot: JSON.stringify(query.snapshot) };
}

function reportOf(answer: Response): RetrievalReport {
  const header = answer.headers.get('plumbline-report');
  if (header === null) {
    const message = 'the answer to a retrieval has no Plumbline-Report header';
    throw new PlumblineRequestError('UNREADABLE_ANSWER', message, { status: answer.status });
  }
  return JSON.parse(header) as RetrievalReport;
}

function jobDeadlineExceeded(id: string, deadlineMs: number): PlumblineRequestError {
  const message = `job ${id} did not end within ${deadlineMs} ms; it goes on in the service`;
  return new PlumblineRequestError('DEADLINE_EXCEEDED', message, { status: 0 });
}

function jobError(job: Job<unknown>): PlumblineRequestError {
  if (job.state === 'cancelled') {
    return new PlumblineRequestError('CANCELLED', `job ${job.id} (${job.kind}) was cancelled`, {
      status: 200,
    });
  }
  const { code, message, path, problems } = job.error ?? { code: 'INTERNAL', message: 'no error was given' };
  return new PlumblineRequestError(code, `job ${job.id} (${job.kind}) failed: ${message}`, {
    status: 200,
    path,
    problems,
  });
}
