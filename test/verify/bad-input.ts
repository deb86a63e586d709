import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDefinitions } from '../../demo/definitions.js';
import { openDuckDb, sqlText } from '../../demo/duckdb.js';
import { PREPARED } from '../../demo/paths.js';
import { AFTERWARDS, FILE, prepareFiles } from '../../demo/prepare.js';
import type { Check } from './check.js';
import { withService } from './with-service.js';

/** Something a caller gets wrong: the request, and what the refusal must name. */
type Mistake = {
  readonly what: string;
  readonly path: string;
  readonly body: unknown;
  readonly type?: string;
  readonly code: string;
  /** Part of the path in the input that the refusal names. */
  readonly names: string;
};

const PARQUET = 'application/vnd.apache.parquet';

/** Every bad input of the issue: a 4xx with code, place and remedy, nothing half written, the service still up. */
export const badInput: Check = {
  name: 'bad-input',
  bar: 'each mistake refused with a 4xx, its code and its place; nothing written; the service still up',
  defect: {
    file: 'src/ingest/data-roots.js',
    find: 'return way !== ',
    replace: 'return true || way !== ',
  },
  run: async () => {
    const files = await openDuckDb();
    await prepareFiles(files);
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-bad-'));
    try {
      return await withService(AFTERWARDS, async (client, baseUrl) => {
        await client.apply(await readDefinitions());
        const mistakes = await mistakesIn(folder, (sql) => files.run(sql));
        const before = await stateOf(baseUrl);
        const wrong: string[] = [];
        for (const mistake of mistakes) {
          const complaint = await complaintAbout(baseUrl, mistake);
          if (complaint !== null) wrong.push(`${mistake.what}: ${complaint}`);
        }
        const changed = (await stateOf(baseUrl)) === before ? [] : ['something was written'];
        const problems = [...wrong, ...changed];
        return {
          ok: problems.length === 0,
          figure:
            problems.length === 0
              ? `${mistakes.length} mistakes refused, state unchanged`
              : problems.join(' | '),
        };
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(TRUNCATED, { force: true });
      await rm(BAD_ROWS, { force: true });
    }
  },
};

const TRUNCATED = join(PREPARED, 'truncated.parquet');
const BAD_ROWS = join(PREPARED, 'bad-rows.csv');

async function mistakesIn(
  folder: string,
  run: (sql: string) => Promise<unknown>,
): Promise<readonly Mistake[]> {
  const whole = await readFile(FILE.observations);
  await writeFile(TRUNCATED, whole.subarray(0, whole.length / 2));
  await writeFile(join(folder, 'outside.parquet'), whole);
  await writeFile(
    BAD_ROWS,
    'tailnum,year,manufacturer,engines,seats,registered_ts\nN1,nineteen,X,2,100,2013-01-01T00:00:00Z\n',
  );
  const frames = {
    withoutKey: join(folder, 'without-key.parquet'),
    nullTime: join(folder, 'null-time.parquet'),
  };
  await run(
    `COPY (SELECT 1::BIGINT AS flight_id, now() AS as_of) TO ${sqlText(frames.withoutKey)} (FORMAT parquet)`,
  );
  await run(
    `COPY (SELECT 'EWR' AS origin, NULL::TIMESTAMPTZ AS as_of) TO ${sqlText(frames.nullTime)} (FORMAT parquet)`,
  );
  return [
    ...definitionMistakes(),
    ...rowMistakes(),
    ...loadMistakes(folder),
    ...lookupMistakes(),
    ...(await frameMistakes(frames)),
  ];
}

function definitionMistakes(): readonly Mistake[] {
  const set = (name: string, features: unknown) => ({
    name,
    entity: 'airport',
    source: 'observations',
    features,
  });
  const apply = (what: string, documents: unknown, code: string, names: string): Mistake => ({
    what,
    path: 'apply',
    body: { documents },
    code,
    names,
  });
  const post = (what: string, features: unknown, code: string, names: string): Mistake => ({
    what,
    path: 'feature-sets',
    body: set('mistaken', features),
    code,
    names,
  });
  const good = { kind: 'FeatureSet', ...set('good', [{ name: 'temp' }]) };
  return [
    post('unknown column', [{ name: 'temperature' }], 'INVALID_DOCUMENT', '/features/0'),
    post(
      'unknown column in an expression',
      [{ name: 'x', expression: 'temperature + 1' }],
      'INVALID_EXPRESSION',
      '/features/0/expression',
    ),
    post(
      'an expression that does not type',
      [{ name: 'x', expression: "temp + 'warm'" }],
      'INVALID_EXPRESSION',
      '/features/0/expression',
    ),
    post(
      'an expression that does not parse',
      [{ name: 'x', expression: 'temp +' }],
      'INVALID_EXPRESSION',
      '/features/0/expression',
    ),
    post('duplicate feature names', [{ name: 'temp' }, { name: 'temp' }], 'INVALID_DOCUMENT', '/features/1'),
    post('a banned name', [{ name: 'a__b', column: 'temp' }], 'INVALID_DOCUMENT', '/features/0/name'),
    apply(
      'one bad document among good ones',
      [good, { kind: 'FeatureSet', ...set('bad', [{ name: 'nothing' }]) }],
      'INVALID_DOCUMENT',
      '/documents/1',
    ),
    apply('duplicate names in one apply', [good, good], 'INVALID_DOCUMENT', '/documents/1'),
    apply('an unknown property', [{ ...good, colour: 'red' }], 'INVALID_DOCUMENT', 'colour'),
  ];
}

function rowMistakes(): readonly Mistake[] {
  const row = {
    obs_id: 1,
    origin: 'EWR',
    event_ts: '2013-12-31T00:00:00Z',
    created_ts: '2013-12-31T00:05:00Z',
  };
  const push = (what: string, rows: unknown, code: string, names: string): Mistake => ({
    what,
    path: 'sources/observations/rows',
    body: { rows },
    code,
    names,
  });
  return [
    push('unknown column in a row', [row, { ...row, temperature: 1 }], 'INVALID_ROW', '/rows/1/temperature'),
    push('wrong type in a row', [row, { ...row, temp: 'warm' }], 'INVALID_ROW', '/rows/1/temp'),
    push('missing key', [{ ...row, origin: null }], 'INVALID_ROW', '/rows/0/origin'),
    push('missing time', [{ ...row, event_ts: null }], 'INVALID_ROW', '/rows/0/event_ts'),
    push(
      'a time without a zone',
      [{ ...row, event_ts: '2013-12-31T00:00:00' }],
      'INVALID_ROW',
      '/rows/0/event_ts',
    ),
    push(
      'a row from the future',
      [{ ...row, event_ts: '2999-01-01T00:00:00Z' }],
      'FUTURE_EVENT',
      '/rows/0/event_ts',
    ),
    { ...push('an unknown source', [row], 'NOT_FOUND', ''), path: 'sources/observation/rows' },
  ];
}

function loadMistakes(folder: string): readonly Mistake[] {
  const load = (
    what: string,
    source: string,
    path: string,
    expected: readonly [string, string],
  ): Mistake => ({
    what,
    path: `sources/${source}/loads`,
    body: { path },
    code: expected[0],
    names: expected[1],
  });
  return [
    load('a path outside the data roots', 'observations', join(folder, 'outside.parquet'), [
      'PATH_NOT_ALLOWED',
      '/path',
    ]),
    load('a path that climbs out of them', 'observations', join(PREPARED, '../../../package.json'), [
      'PATH_NOT_ALLOWED',
      '/path',
    ]),
    load('a truncated Parquet file', 'observations', TRUNCATED, ['INVALID_FILE', 'file']),
    load('a file of other columns', 'observations', FILE.departures, ['INVALID_FILE', 'obs_id']),
    load('a file of bad rows', 'airframes', BAD_ROWS, ['MOSTLY_INVALID', '/1/year']),
  ];
}

function lookupMistakes(): readonly Mistake[] {
  const lookup = (what: string, body: unknown, code: string, names: string): Mistake => ({
    what,
    path: 'online/lookup',
    body,
    code,
    names,
  });
  const service = { featureService: 'weather_check' };
  return [
    lookup(
      'an unknown feature service',
      { featureService: 'weather_chek', entities: [{ origin: 'EWR' }] },
      'NOT_FOUND',
      '',
    ),
    lookup(
      'a lookup without its key',
      { ...service, entities: [{}] },
      'INVALID_REQUEST',
      '/entities/0/origin',
    ),
    lookup(
      'a key of the wrong type',
      { ...service, entities: [{ origin: 7 }] },
      'INVALID_REQUEST',
      '/entities/0/origin',
    ),
    lookup(
      'an unknown key',
      { ...service, entities: [{ origin: 'EWR', gate: 1 }] },
      'INVALID_REQUEST',
      '/entities/0/gate',
    ),
    {
      what: 'an unknown feature',
      path: 'feature-services',
      body: { name: 's', entries: [{ featureSet: 'weather', features: ['nothing'] }] },
      code: 'INVALID_DOCUMENT',
      names: '/entries/0/features/0',
    },
    {
      what: 'JSON that is none',
      path: 'online/lookup',
      body: Buffer.from('{"featureService":'),
      type: 'application/json',
      code: 'INVALID_REQUEST',
      names: '',
    },
  ];
}

async function frameMistakes(frames: {
  readonly withoutKey: string;
  readonly nullTime: string;
}): Promise<readonly Mistake[]> {
  const path = 'retrievals?featureService=weather_check&time=as_of';
  const frame = (what: string, body: Buffer, code: string, names: string): Mistake => ({
    what,
    path,
    body,
    type: PARQUET,
    code,
    names,
  });
  const everyFlight = await readFile(FILE.everyFlight);
  return [
    frame('a frame without the key column', await readFile(frames.withoutKey), 'INVALID_FRAME', 'origin'),
    frame('a frame with a NULL time', await readFile(frames.nullTime), 'INVALID_FRAME', 'as_of'),
    frame('a truncated frame', everyFlight.subarray(0, everyFlight.length / 2), 'INVALID_FRAME', 'file'),
    {
      ...frame('an unknown time column', everyFlight, 'INVALID_FRAME', 'when'),
      path: 'retrievals?featureService=weather_check&time=when',
    },
    {
      ...frame('an unknown rule', everyFlight, 'INVALID_REQUEST', 'knowledge'),
      path: `${path}&knowledge=guessed`,
    },
  ];
}

type Refusal = {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly path?: string;
    readonly problems?: readonly { readonly path?: string }[];
  };
};

/** What is wrong with the answer to a mistake, or null. A load may be refused at once or by its job. */
async function complaintAbout(baseUrl: string, mistake: Mistake): Promise<string | null> {
  const isJson = mistake.type === undefined;
  const response = await fetch(`${baseUrl}/v1/projects/verify/${mistake.path}`, {
    method: 'POST',
    headers: { 'content-type': mistake.type ?? 'application/json' },
    body: isJson ? JSON.stringify(mistake.body) : new Uint8Array(mistake.body as Buffer),
  });
  const answer = (await response.json()) as Refusal & { readonly id?: string };
  const { error } = response.status === 202 ? await failedJob(baseUrl, answer.id!) : answer;
  const status = response.status === 202 ? 422 : response.status;
  const places = [error?.path, ...(error?.problems ?? []).map(({ path }) => path)];
  if (status < 400 || status > 499) return `status ${status}`;
  if (error?.code !== mistake.code) return `code ${error?.code}, not ${mistake.code}`;
  if (!error.message) return 'no message';
  const named = mistake.names === '' || places.some((place) => place?.includes(mistake.names));
  return named ? null : `names ${JSON.stringify(places)}, not ${mistake.names}`;
}

async function failedJob(baseUrl: string, id: string): Promise<Refusal> {
  for (;;) {
    const job = (await (await fetch(`${baseUrl}/v1/projects/verify/jobs/${id}`)).json()) as Refusal & {
      readonly state: string;
    };
    if (job.state !== 'queued' && job.state !== 'running') return job;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Everything that a mistake could have written: definitions, and the newest rows of every airport and airframe. */
async function stateOf(baseUrl: string): Promise<string> {
  const root = `${baseUrl}/v1/projects/verify`;
  const lists = ['entities', 'sources', 'feature-sets', 'feature-services', 'models'];
  const texts = await Promise.all(lists.map(async (list) => (await fetch(`${root}/${list}`)).text()));
  const lookup = await fetch(`${root}/online/lookup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ featureService: 'weather_check', entities: [{ origin: 'EWR' }] }),
  });
  const { results } = (await lookup.json()) as { readonly results: unknown };
  const health = (await fetch(`${baseUrl}/health`)).status;
  return JSON.stringify([texts, results, health]);
}
