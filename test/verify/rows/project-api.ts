import { setTimeout as sleep } from 'node:timers/promises';

export type Body = string | Uint8Array<ArrayBuffer>;

export type Sent = {
  readonly body?: Body;
  /** Media type of the body; default JSON. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly bytes: Buffer };

/** What a job tells of itself. */
export type JobAnswer = {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string };
};

/** A request that was answered, and refused. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Pause between two looks at a job. */
const JOB_POLL_MS = 20;

/** Longest that a request may take, where nothing is said: one that takes longer is taken for hanging. */
const DEADLINE_MS = 60_000;

/** The REST API of one project, as bytes: what the service says is checked as it came. */
export class ProjectApi {
  constructor(
    readonly baseUrl: string,
    readonly project: string,
    private readonly deadlineMs: number = DEADLINE_MS,
  ) {}

  /** Throws {@link Refused} for any status but 2xx, and whatever fetch throws when the connection breaks. */
  async send(method: string, path: string, { body, type, headers }: Sent = {}): Promise<Answer> {
    const answer = await fetch(`${this.baseUrl}/v1/projects/${this.project}/${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': type ?? 'application/json' }), ...headers },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(this.deadlineMs),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    if (!answer.ok) throw refusalOf(`${method} ${path}`, answer.status, bytes.toString());
    return { status: answer.status, headers: answer.headers, bytes };
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse((await this.send('GET', path)).bytes.toString()) as T;
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    const sent = { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return JSON.parse((await this.send('POST', path, sent)).bytes.toString()) as T;
  }

  async apply(documents: readonly unknown[]): Promise<void> {
    await this.post('apply', { documents });
  }

  /** Waits for a job's end. */
  async ended(id: string): Promise<JobAnswer> {
    for (;;) {
      const job = await this.get<JobAnswer>(`jobs/${id}`);
      if (job.state !== 'queued' && job.state !== 'running') return job;
      await sleep(JOB_POLL_MS);
    }
  }

  /** Starts a job by a route and waits for its success. Throws when it does not succeed. */
  async runJob(path: string, body: unknown = {}): Promise<JobAnswer> {
    const { id } = await this.post<JobAnswer>(path, body);
    const job = await this.ended(id);
    if (job.state === 'succeeded') return job;
    throw new Error(`${path}: job ${job.kind} ${job.state}: ${job.error?.code} ${job.error?.message}`);
  }
}

function refusalOf(what: string, status: number, text: string): Refused {
  const { error } = JSON.parse(text) as {
    readonly error: { readonly code: string; readonly message: string };
  };
  return new Refused(status, error.code, `${what}: ${status} ${error.code} ${error.message}`);
}
