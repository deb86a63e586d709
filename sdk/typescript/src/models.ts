import type { Table } from 'apache-arrow';
import { bodyOfFrame, type Frame, fileOfAnswer, MEDIA_TYPE, tableOfAnswer } from './frame.js';
import { type PredictedRow, predictedRows, predictionTensors } from './prediction-rows.js';
import { type Call, send } from './transport.js';
import { type InferAnswer, type Job, jsonBody, type Knowledge, type Row, type Snapshot } from './wire.js';

/** A fitted transform by its hash, or by a version of a model; without a version the latest. */
export type TransformId = string | { readonly model: string; readonly version?: number };

/** What one number of the model input is. */
type TransformSlot = {
  readonly name: string;
  readonly output: string;
  readonly kind: 'number' | 'indicator' | 'index';
  readonly size?: number;
};

/** A fitted transform; `transform` is as the service writes it. */
export type FittedTransform = {
  readonly id: string;
  readonly model: string;
  readonly version: number;
  readonly schema: {
    readonly raw: readonly { readonly name: string; readonly type: string }[];
    readonly transformed: readonly TransformSlot[];
  };
  readonly transform: unknown;
};

type FrameFormat = 'parquet' | 'arrow' | 'csv' | 'json' | 'ndjson';

/** How a batch prediction is made and where it goes. */
type BatchOptions = {
  /** Of the trained model; default the latest. */
  readonly version?: number;
  /** TIMESTAMP column that is T of each row; default that of the training set, as are the next two. */
  readonly time?: string;
  readonly knowledge?: Knowledge;
  /** What of the frame stands beside the predictions; default keys and time. */
  readonly columns?: 'keys' | 'all';
  /** The model input beside the predictions. */
  readonly include?: 'vector';
  /** Format of the result file; default Parquet. */
  readonly output?: FrameFormat;
  /** In place of a file: the feature set whose source takes the predictions as rows. */
  readonly into?: string;
};

export type FrameBatchOptions = BatchOptions & {
  /** What the frame holds: keys and times, whose features are retrieved (default), or the features. */
  readonly rows?: 'keys' | 'features';
  readonly boundary?: 'inclusive' | 'exclusive';
  readonly snapshot?: Snapshot;
};

export type EntityBatchOptions = BatchOptions & {
  readonly featureSet: string;
  readonly featureSetVersion?: number;
  /** Key column of the model's service to key of the entity, where the names differ. */
  readonly keys?: Readonly<Record<string, string>>;
};

export type BatchResult = {
  readonly model: string;
  readonly version: number;
  readonly rows: number;
  /** Where rows went in place of a file, and how many of them were taken, set aside in quarantine, or wait until they are due. */
  readonly into?: {
    readonly featureSet: string;
    readonly version: number;
    readonly accepted: number;
    readonly quarantined: number;
    readonly held: number;
  };
};

/** Something that is not as it was recorded. */
type Difference = { readonly what: string; readonly recorded: unknown; readonly found: unknown };

export type Reproduction = {
  readonly model: string;
  readonly version: number;
  readonly reproduced: boolean;
  readonly differences: readonly Difference[];
  /** What computed differs, which may explain other weights. */
  readonly surroundings: readonly Difference[];
};

export type Predicted = {
  readonly version: number;
  /** T of the features, RFC 3339. */
  readonly asOf: string;
  readonly rows: readonly PredictedRow[];
};

/** Trained versions in use: their transforms, predictions and reproductions. Every method throws PlumblineRequestError. */
export class ModelsClient {
  constructor(
    private readonly root: string,
    private readonly deadlinesMs: { readonly short: number; readonly long: number },
  ) {}

  /** What a fitted transform takes, does and gives. */
  transform(id: TransformId): Promise<FittedTransform> {
    return this.json({ method: 'GET', path: transformPath(id), deadlineMs: this.deadlinesMs.short });
  }

  /** The rows of a frame as the model sees them: a column a number of the model input, or one an output of the transform. */
  async applyTransform(
    id: TransformId,
    frame: Frame,
    { layout }: { readonly layout?: 'slot' | 'output' } = {},
  ): Promise<Table> {
    const path = `${transformPath(id)}/apply`;
    return send(this.root, await this.frameCall(path, frame, { layout }), tableOfAnswer);
  }

  /** The float32 model inputs, `vector`, and the model's outputs for a frame that holds features already. */
  async vectors(model: string, version: number, frame: Frame): Promise<Table> {
    const path = `${modelPath(model)}/versions/${version}/vectors`;
    return send(this.root, await this.frameCall(path, frame, {}), tableOfAnswer);
  }

  /**
   * Predicts from rows of entity keys and request inputs, as of now, by one version: that which the service describes first, when
   * it is asked what the model takes.
   */
  async predict(
    model: string,
    rows: readonly Row[],
    { version, vector = false }: { readonly version?: number; readonly vector?: boolean } = {},
  ): Promise<Predicted> {
    const path = `v2/${modelPath(model)}`;
    const metadata = await this.json<PredictionMetadata>({
      method: 'GET',
      path: version === undefined ? path : `${path}/versions/${version}`,
      deadlineMs: this.deadlinesMs.short,
    });
    const outputs = metadata.outputs.filter(({ name }) => vector || name !== 'vector');
    const answer = await this.post<InferAnswer>(`${path}/versions/${metadata.parameters.version}/infer`, {
      inputs: predictionTensors(metadata.inputs, rows),
      outputs: outputs.map(({ name }) => ({ name })),
    });
    return {
      version: Number(answer.model_version),
      asOf: answer.parameters.as_of,
      rows: predictedRows(answer, rows.length),
    };
  }

  /** Starts predicting every row of a frame; wait for it with `waitForJob`, and read its file with the methods below. */
  async startBatchPrediction(
    model: string,
    frame: Frame,
    { snapshot, ...options }: FrameBatchOptions = {},
  ): Promise<Job<BatchResult>> {
    const query = { ...options, snapshot: snapshot === undefined ? undefined : JSON.stringify(snapshot) };
    const call = await this.frameCall(`${modelPath(model)}/batch-predictions`, frame, query);
    return this.json({ ...call, headers: { ...call.headers, accept: 'application/json' } });
  }

  /** Starts predicting every entity that the history of a feature set knows, as of now. */
  startEntityPrediction(model: string, options: EntityBatchOptions): Promise<Job<BatchResult>> {
    return this.post(`${modelPath(model)}/batch-predictions/entities`, options);
  }

  /** What a batch prediction with `output: 'arrow'` made. */
  batchTable({ id }: Pick<Job<BatchResult>, 'id'>): Promise<Table> {
    return send(this.root, this.resultCall(id), tableOfAnswer);
  }

  /** Streams what a batch prediction made into a file. */
  batchToFile({ id }: Pick<Job<BatchResult>, 'id'>, path: string): Promise<void> {
    return send(this.root, this.resultCall(id), (answer) => fileOfAnswer(answer, path));
  }

  /** Starts training a version again from its record; with `retrieve` its training set is made again, too. */
  reproduce(
    model: string,
    version: number,
    options: { readonly retrieve?: boolean } = {},
  ): Promise<Job<Reproduction>> {
    return this.post(`${modelPath(model)}/versions/${version}/reproduce`, options);
  }

  private async frameCall(path: string, frame: Frame, query: NonNullable<Call['query']>): Promise<Call> {
    return {
      method: 'POST',
      path,
      query,
      headers: { 'content-type': MEDIA_TYPE[frame.kind], accept: MEDIA_TYPE.arrow },
      body: await bodyOfFrame(frame),
      deadlineMs: this.deadlinesMs.long,
    };
  }

  private resultCall(id: string): Call {
    return {
      method: 'GET',
      path: `jobs/${encodeURIComponent(id)}/result`,
      deadlineMs: this.deadlinesMs.long,
    };
  }

  private post<Result>(path: string, body: unknown): Promise<Result> {
    return this.json({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json' },
      body: jsonBody(body),
      deadlineMs: this.deadlinesMs.short,
    });
  }

  private json<Result>(call: Call): Promise<Result> {
    return send(this.root, call, (answer) => answer.json() as Promise<Result>);
  }
}

type PredictionMetadata = {
  readonly parameters: { readonly version: string };
  readonly inputs: readonly {
    readonly name: string;
    readonly datatype: InferAnswer['outputs'][number]['datatype'];
  }[];
  readonly outputs: readonly { readonly name: string }[];
};

function modelPath(model: string): string {
  return `models/${encodeURIComponent(model)}`;
}

function transformPath(id: TransformId): string {
  if (typeof id === 'string') return `transforms/${encodeURIComponent(id)}`;
  const { model, version } = id;
  return `transforms/${encodeURIComponent(version === undefined ? model : `${model}@${version}`)}`;
}
