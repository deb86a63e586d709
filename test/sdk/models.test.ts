import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { flightRows } from '../support/flight-rows.js';
import { FlightService, flightFrame } from '../support/flight-service.js';

describe('the models of a client', () => {
  let service: FlightService;
  let client: PlumblineClient;
  beforeAll(async () => {
    service = await FlightService.start();
    await service.app.app.listen(0, '127.0.0.1');
    client = new PlumblineClient({ baseUrl: await service.app.app.getUrl(), project: 'flights' });
  });
  afterAll(() => service.close());

  const frameOf = (rows: Parameters<typeof arrowBytes>[0]) =>
    ({ kind: 'arrow', table: tableFromIPC(arrowBytes(rows)) }) as const;

  it('shows a transform and applies it', async () => {
    const { id, schema, version } = await client.models.transform({ model: 'delay' });
    expect(version).toBe(1);
    const frame = frameOf(flightRows(0, 20));
    const table = await client.models.applyTransform(id, frame);
    const vectors = await client.models.vectors('delay', 1, frame);
    const names = schema.transformed.map(({ name }) => name);
    const rows = [...table].map((row) => names.map((name) => row![name]));
    expect(rows).toEqual([...vectors.getChild('vector')!].map((row) => [...row]));
    const byOutput = await client.models.applyTransform({ model: 'delay', version: 1 }, frame, {
      layout: 'output',
    });
    expect(byOutput.schema.names).toEqual(['temp', 'sky', 'distance', 'vip', 'hour']);
  });

  it('predicts rows of keys and request inputs', async () => {
    const rows = [
      { origin: 'JFK', distance: 900n, vip: true },
      { origin: 'nowhere', distance: null, vip: null },
    ];
    const predicted = await client.models.predict('delay', rows, { vector: true });
    expect(predicted).toMatchObject({ version: 1, asOf: expect.stringContaining('2013-10-01') });
    expect(predicted.rows).toEqual([
      { probability: expect.any(Number), label: expect.any(Boolean), vector: expect.any(Array) },
      { probability: expect.any(Number), label: expect.any(Boolean), vector: expect.any(Array) },
    ]);
    const [alone] = (await client.models.predict('delay', rows.slice(1), { version: 1 })).rows;
    const { vector: _, ...second } = predicted.rows[1]!;
    expect(alone).toEqual(second);
  });

  it('predicts frames as jobs, into tables and files', async () => {
    const frame = frameOf(flightFrame(50, 80));
    const job = await client.models.startBatchPrediction('delay', frame, {
      output: 'arrow',
      include: 'vector',
    });
    expect(await client.waitForJob(job)).toEqual({ model: 'delay', version: 1, rows: 30 });
    const table = await client.models.batchTable(job);
    expect(table.schema.names).toEqual([
      'origin',
      'as_of',
      'probability',
      'label',
      'model_version',
      'vector',
    ]);
    const file = await client.models.startBatchPrediction('delay', frame);
    await client.waitForJob(file);
    const path = join(service.app.dataDir, 'predictions.parquet');
    await client.models.batchToFile(file, path);
    expect((await readFile(path)).subarray(0, 4).toString()).toBe('PAR1');
    const refused = client.models.startEntityPrediction('delay', { featureSet: 'weather' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('reproduces a version', async () => {
    const job = await client.models.reproduce('delay', 1, { retrieve: true });
    expect(await client.waitForJob(job)).toMatchObject({
      reproduced: true,
      differences: [],
      surroundings: [],
    });
  });

  it('predicts by the version whose inputs it was told, also where another one is the latest by then', async () => {
    const asked: string[] = [];
    const training = { trainingSet: service.trainingSet };
    const between = createServer(async (request, answer) => {
      asked.push(`${request.method} ${request.url}`);
      const body = Buffer.concat(await request.toArray());
      const { statusCode, rawPayload } = await service.app.app.inject({
        method: request.method as 'GET',
        url: request.url!,
        headers: { 'content-type': 'application/json' },
        ...(body.length > 0 && { payload: body }),
      });
      if (request.method === 'GET')
        await service.job(await service.ok('POST', 'models/delay/train', training));
      answer.writeHead(statusCode, { 'content-type': 'application/json' }).end(rawPayload);
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const { port } = between.address() as AddressInfo;
    const behind = new PlumblineClient({ baseUrl: `http://127.0.0.1:${port}`, project: 'flights' });
    try {
      const rows = [{ origin: 'JFK', distance: 900n, vip: true }];
      expect((await behind.models.predict('delay', rows)).version).toBe(1);
      expect((await client.models.predict('delay', rows)).version).toBe(2);
      expect(asked.map((each) => each.replace('/v1/projects/flights/v2/', ''))).toEqual([
        'GET models/delay',
        'POST models/delay/versions/1/infer',
      ]);
    } finally {
      between.closeAllConnections();
      between.close();
    }
  });
});
