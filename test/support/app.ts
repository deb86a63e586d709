import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../src/create-app.js';
import type { Clock } from '../../src/platform/clock.js';
import { type Configuration, configurationIn } from '../../src/platform/configuration.js';
import type { HttpApplication } from '../../src/platform/http.js';
import type { StartPatience } from '../../src/platform/start-patience.js';
import { testOnline } from './test-online.js';
import { testRegistryUrl } from './test-registry.js';

/** An answer of the service under test. */
type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of every route
  readonly body: any;
};

type RequestBody = {
  readonly json?: unknown;
  readonly text?: string | Uint8Array;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The whole service in this process, on its own data folder. */
export type TestApp = {
  readonly app: HttpApplication;
  readonly dataDir: string;
  request(method: string, url: string, body?: RequestBody): Promise<Answer>;
  get(url: string): Promise<Answer>;
  post(url: string, json: unknown): Promise<Answer>;
  yaml(url: string, text: string): Promise<Answer>;
  /** Stops the service; its folder stays. */
  stop(): Promise<void>;
  /** Stops the service and removes its folder. */
  close(): Promise<void>;
};

type TestAppOptions = {
  /** Start on what an earlier service left. */
  readonly dataDir?: string;
  readonly clock?: Clock;
  readonly configuration?: Partial<Configuration>;
  readonly patience?: StartPatience;
};

/** Starts the service on a new data folder, or on a given one. */
export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'plumbline-test-'));
  const databaseUrl = await testRegistryUrl(dataDir);
  const engines = { databaseUrl, online: testOnline(dataDir) };
  const configuration = { ...configurationIn(dataDir), ...engines, ...options.configuration };
  const app = await createApp(configuration, {
    clock: options.clock,
    ...(options.patience && { patience: options.patience }),
  });
  await app.getHttpAdapter().getInstance().ready();
  const request = (method: string, url: string, body: RequestBody = {}): Promise<Answer> =>
    send(app, { method, url, body });
  return {
    app,
    dataDir,
    request,
    get: (url) => request('GET', url),
    post: (url, json) => request('POST', url, { json }),
    yaml: (url, text) => request('POST', url, { text, type: 'application/yaml' }),
    stop: () => app.close(),
    close: async () => {
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function send(
  app: HttpApplication,
  { method, url, body }: { method: string; url: string; body: RequestBody },
): Promise<Answer> {
  const payload = 'json' in body ? JSON.stringify(body.json) : body.text;
  const response = await app.inject({
    method: method as 'GET',
    url,
    ...(payload !== undefined && {
      payload: payload instanceof Uint8Array ? Buffer.from(payload) : payload,
      headers: { 'content-type': body.type ?? 'application/json', ...body.headers },
    }),
  });
  const isJson = String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode,
    headers: response.headers,
    body: isJson ? JSON.parse(response.payload) : response.payload,
  };
}
