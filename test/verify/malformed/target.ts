import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Input } from './inputs.js';

/** What became of an input. */
export type Verdict = {
  readonly taken: boolean;
  /** Rows that came in by it. */
  readonly rows: number;
  readonly code: string | null;
  /** Why this is no proper answer; null when it is one. */
  readonly complaint: string | null;
};

const DEADLINE_MS = 60_000;
const JOB_POLL_MS = 10;

/** The service under attack, in a process of its own. */
export class Target {
  private files = 0;

  constructor(
    readonly baseUrl: string,
    private readonly pid: number,
    /** A data root. */
    private readonly folder: string,
  ) {}

  async send(input: Input): Promise<Verdict> {
    try {
      return input.door === 'load' ? await this.load(input) : await this.post(PATHS[input.door], input);
    } catch (error) {
      const complaint =
        error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
      return { taken: false, rows: 0, code: null, complaint };
    }
  }

  /** Sends a body that is never held as a whole; it may be cut off as soon as the answer is there. */
  stream(path: string, type: string, chunk: Buffer, times: number): Promise<Verdict> {
    return new Promise((done) => {
      const to = request(`${this.baseUrl}/v1/projects/p/${path}`, {
        method: 'POST',
        headers: { 'content-type': type, 'transfer-encoding': 'chunked' },
        timeout: DEADLINE_MS,
      });
      let isAnswered = false;
      to.on('response', async (answer) => {
        isAnswered = true;
        const parts: Buffer[] = [];
        for await (const part of answer) parts.push(part as Buffer);
        done(verdictOf(answer.statusCode ?? 0, Buffer.concat(parts).toString()));
        to.destroy();
      });
      to.on('error', ({ message }) => {
        // The rest of a body that is too large is not read: whoever still writes may see that before the answer.
        const isCut = /EPIPE|ECONNRESET/.test(message);
        if (!isAnswered) done({ taken: false, rows: 0, code: 'cut off', complaint: isCut ? null : message });
      });
      const write = (left: number): void => {
        for (let i = left; i > 0 && !to.destroyed; i--) {
          if (to.write(chunk)) continue;
          to.once('drain', () => write(i - 1));
          return;
        }
        to.end();
      };
      write(times);
    });
  }

  /** Values of the keys, whether they are there. */
  async found(keys: readonly string[]): Promise<readonly boolean[]> {
    const body = JSON.stringify({ featureService: 'all', entities: keys.map((k) => ({ k })) });
    const answer = await fetch(`${this.baseUrl}/v1/projects/p/online/lookup`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { results } = (await answer.json()) as {
      readonly results: readonly { readonly statuses: readonly string[] }[];
    };
    return results.map(({ statuses }) => statuses[0] !== 'NOT_FOUND');
  }

  async rssMiB(): Promise<number> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
  }

  private async load({ bytes, type }: Input): Promise<Verdict> {
    const path = join(this.folder, `${this.files++}.${type}`);
    await writeFile(path, bytes);
    const body = JSON.stringify({ path, invalid: 'refuse' });
    const started = await this.fetch(PATHS.load, 'application/json', body);
    if (started.status !== 202) return verdictOf(started.status, started.text);
    const { id } = JSON.parse(started.text) as { readonly id: string };
    const deadlineMs = performance.now() + DEADLINE_MS;
    while (performance.now() < deadlineMs) {
      const job = JSON.parse((await this.fetch(`jobs/${id}`, null, null)).text) as LoadJob;
      if (job.finishedAt !== null) return verdictOfJob(job);
      await sleep(JOB_POLL_MS);
    }
    return { taken: false, rows: 0, code: null, complaint: 'the job does not end' };
  }

  private async post(path: string, { type, bytes }: Input): Promise<Verdict> {
    const { status, text } = await this.fetch(path, type, new Uint8Array(bytes));
    return verdictOf(status, text);
  }

  private async fetch(path: string, type: string | null, body: string | Uint8Array<ArrayBuffer> | null) {
    const answer = await fetch(`${this.baseUrl}/v1/projects/p/${path}`, {
      method: body === null ? 'GET' : 'POST',
      ...(type !== null && { headers: { 'content-type': type } }),
      body,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    return { status: answer.status, text: await answer.text() };
  }
}

type LoadJob = {
  readonly state: string;
  readonly finishedAt: string | null;
  readonly result?: { readonly rows: number };
  readonly error?: { readonly code: string; readonly message: string };
};

const PATHS = {
  push: 'sources/readings/rows',
  load: 'sources/readings/loads',
  retrieve: 'retrievals?featureService=all&time=at&knowledge=event',
  apply: 'apply',
} as const;

function verdictOf(status: number, text: string): Verdict {
  if (status < 200 || status >= 300) return refused(status, errorOf(text));
  // Frames come back as they went, in any format; only receipts count rows.
  const accepted = /^\{"accepted":(\d+)/.exec(text)?.[1];
  return { taken: true, rows: Number(accepted ?? 0), code: null, complaint: null };
}

function verdictOfJob({ state, result, error }: LoadJob): Verdict {
  if (state === 'succeeded') return { taken: true, rows: result!.rows, code: null, complaint: null };
  return refused(422, error ?? null);
}

function errorOf(text: string): { readonly code?: string; readonly message?: string } | null {
  try {
    return (JSON.parse(text) as { readonly error?: { readonly code: string } }).error ?? null;
  } catch {
    return null;
  }
}

function refused(
  status: number,
  error: { readonly code?: string; readonly message?: string } | null,
): Verdict {
  const code = error?.code ?? null;
  const isProper = status >= 400 && status < 500 && code !== null && code !== 'INTERNAL';
  const complaint = isProper ? null : `status ${status}, code ${code}: ${error?.message ?? 'no message'}`;
  return { taken: false, rows: 0, code, complaint };
}
