import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.js';

type Schema = { readonly $ref?: string; readonly properties?: Readonly<Record<string, unknown>> };
type Operation = {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
};
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

let service: TestApp;
let paths: Paths;
let schemas: Readonly<Record<string, Schema>>;
beforeAll(async () => {
  service = await startTestApp();
  const document = await service.get('/docs-json');
  expect(document.status).toBe(200);
  paths = document.body.paths;
  schemas = document.body.components.schemas;
});
afterAll(() => service.close());

/** Every route as `docs/api.md` has it. */
const ROUTES = [
  'GET /health',
  'GET /health/models',
  'POST /v1/projects/{project}/apply',
  'POST /v1/projects/{project}/plan',
  ...['entities', 'sources', 'feature-sets', 'feature-services', 'models'].flatMap((kind) => [
    `POST /v1/projects/{project}/${kind}`,
    `GET /v1/projects/{project}/${kind}`,
    `GET /v1/projects/{project}/${kind}/{name}`,
    `GET /v1/projects/{project}/${kind}/{name}/dependants`,
    `DELETE /v1/projects/{project}/${kind}/{name}`,
  ]),
  ...['entities/{name}/versions', 'feature-sets/{name}/versions', 'models/{name}/definitions'].flatMap(
    (path) => [
      `GET /v1/projects/{project}/${path}`,
      `POST /v1/projects/{project}/${path}/{version}/deprecate`,
      `POST /v1/projects/{project}/${path}/{version}/activate`,
      `DELETE /v1/projects/{project}/${path}/{version}`,
    ],
  ),
  'POST /v1/projects/{project}/feature-sets/{name}/versions/{version}/deactivate',
  'GET /v1/projects/{project}/jobs',
  'GET /v1/projects/{project}/jobs/{id}',
  'POST /v1/projects/{project}/sources/{source}/rows',
  'POST /v1/projects/{project}/sources/{source}/loads',
  'POST /v1/projects/{project}/online/lookup',
  'POST /v1/projects/{project}/explain',
  'POST /v1/projects/{project}/audits',
  'GET /v1/projects/{project}/audits',
  'POST /v1/projects/{project}/retrievals',
  'POST /v1/projects/{project}/retrievals/history',
  'POST /v1/projects/{project}/training-sets',
  'GET /v1/projects/{project}/training-sets/{id}',
  'POST /v1/projects/{project}/models/{model}/train',
  'GET /v1/projects/{project}/models/{model}/versions',
  'GET /v1/projects/{project}/models/{model}/versions/{version}',
  'POST /v1/projects/{project}/models/{model}/versions/{version}/vectors',
  ...['', '/v1/projects/{project}/feast'].flatMap((base) => [
    `POST ${base}/get-online-features`,
    `POST ${base}/push`,
  ]),
  'GET /v1/projects/{project}/v2',
  'GET /v1/projects/{project}/v2/health/live',
  'GET /v1/projects/{project}/v2/health/ready',
  'POST /v1/projects/{project}/v2/models/{model}/infer',
  'POST /v1/projects/{project}/v2/models/{model}/versions/{version}/infer',
];

function routes(): readonly string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe('the OpenAPI document', () => {
  it.each(ROUTES)('has %s', (route) => {
    expect(routes()).toContain(route);
  });

  it('refers to nothing that it does not have', async () => {
    const { body } = await service.get('/docs-json');
    const references = JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    const missing = [...references]
      .map(([, name]) => name!)
      .filter((name) => !(name in body.components.schemas));
    expect(missing).toEqual([]);
  });

  it('is shown as a page', async () => {
    expect((await service.get('/docs')).status).toBe(200);
  });
});

describe('every route with a body', () => {
  it('refuses an unknown property before anything else', async () => {
    const posts = routes().filter((route) => !route.startsWith('GET '));
    expect(posts.length).toBeGreaterThan(10);
    for (const route of posts) {
      const [method, path] = route.split(' ') as [string, string];
      const url = path.replace('{version}', '1').replaceAll(/\{\w+\}/g, 'x');
      const { status, body } = await service.request(method, url, { json: { unknownProperty: 1 } });
      const said = `${route} answered ${status} ${JSON.stringify(body)}`;
      // A model or transform is named in the path, which is looked up first.
      if (status === 404 && /\/(infer|\{id\}\/apply|batch-predictions)$/.test(route)) continue;
      expect([400, 415, 422], said).toContain(status);
      // Any JSON may be meant as a frame; its query is looked at first.
      if (takesFrame(paths[path]![method.toLowerCase()]!)) continue;
      if (status !== 415) expect(said).toContain('unknownProperty');
    }
  });
});

describe('every version in a query or body', () => {
  it('is refused where no registry can hold it', async () => {
    const places = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, operation]) =>
        versionsOf(operation).map((place) => ({ ...place, method: method.toUpperCase(), path })),
      ),
    );
    expect(places.length).toBeGreaterThan(12);
    for (const { method, path, name, isQuery } of places) {
      const url = path.replace('{version}', '1').replaceAll(/\{\w+\}/g, 'x');
      const query = isQuery ? `?${name}=99999999999` : '';
      const json = isQuery ? {} : { [name]: 99_999_999_999 };
      const { status, body } = await service.request(
        method,
        `${url}${query}`,
        method === 'GET' ? {} : { json },
      );
      const said = `${method} ${path} answered ${status} ${JSON.stringify(body)}`;
      expect(['INVALID_REQUEST', 'INVALID_DOCUMENT'], said).toContain(body.error?.code);
      expect(said).toContain(`/${name}"`);
    }
  });
});

/** The parameters and members of a body that number a version. */
function versionsOf({ parameters = [], requestBody }: Operation) {
  const isVersion = (name: string): boolean => /^(version|trained|\w+Version)$/.test(name);
  const { schema } = requestBody?.content['application/json'] ?? { schema: {} };
  const { properties = {} } = schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema;
  return [
    ...parameters.filter((each) => each.in === 'query').map(({ name }) => ({ name, isQuery: true })),
    ...Object.keys(properties).map((name) => ({ name, isQuery: false })),
  ].filter(({ name }) => isVersion(name));
}

function takesFrame({ requestBody }: Operation): boolean {
  return requestBody !== undefined && 'text/csv' in requestBody.content;
}
