import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAsked } from '../counterparts/counterpart.js';
import { FEAST, feastPython } from '../counterparts/feast.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { LineProtocol } from '../support/line-protocol.js';

const DEFINITIONS = `
kind: Entity
name: driver
keys: [{ name: driver_id, type: INT64 }]
---
kind: Source
name: rides
columns: [{ name: driver_id, type: INT64 }, { name: at, type: TIMESTAMP }, { name: trips, type: INT64 }, { name: name, type: STRING }]
eventTime: at
---
kind: FeatureSet
name: stats
entity: driver
source: rides
features: [{ name: trips }, { name: name }]
---
kind: FeatureSet
name: fresh
entity: driver
source: rides
maxAge: 1d
features: [{ name: trips }]
`;

const SCRIPT = fileURLToPath(new URL('feast-client.py', import.meta.url));

describe.runIf(isAsked(FEAST))("Feast's own client of its feature server", () => {
  let service: TestApp;
  let client: LineProtocol;
  let path: string;
  beforeAll(async () => {
    service = await startTestApp();
    expect((await service.yaml('/v1/projects/p/apply', DEFINITIONS)).status).toBe(200);
    await service.app.listen(0, '127.0.0.1');
    path = `${await service.app.getUrl()}/v1/projects/p/feast`;
    const df = {
      driver_id: [1, 2],
      at: ['2026-01-01 00:00:00', '2026-01-01 00:00:00'],
      trips: [7, null],
      name: ['Ada', 'Bo'],
    };
    expect((await service.post('/v1/projects/p/feast/push', { push_source_name: 'rides', df })).status).toBe(
      200,
    );
    client = new LineProtocol({ name: 'Feast', command: [feastPython(), [SCRIPT]], deadlineMs: 100_000 });
  });
  afterAll(async () => {
    await client.close();
    await service.close();
  });

  const ask = (features: readonly string[], full = false) =>
    client.ask({ path, features, entities: { driver_id: [1, 2, 3] }, full_feature_names: full });

  it('reads values and statuses', async () => {
    expect(await ask(['stats:trips', 'stats:name'])).toEqual({
      values: { driver_id: [1, 2, 3], trips: [7, null, null], name: ['Ada', 'Bo', null] },
      statuses: {
        driver_id: ['PRESENT', 'PRESENT', 'PRESENT'],
        trips: ['PRESENT', 'NULL_VALUE', 'NOT_FOUND'],
        name: ['PRESENT', 'PRESENT', 'NOT_FOUND'],
      },
    });
  });

  it('reads full names, and that a value is too old', async () => {
    expect(await ask(['stats:trips', 'fresh:trips'], true)).toMatchObject({
      values: { stats__trips: [7, null, null], fresh__trips: [null, null, null] },
      statuses: { fresh__trips: ['OUTSIDE_MAX_AGE', 'OUTSIDE_MAX_AGE', 'NOT_FOUND'] },
    });
  });

  it('raises its own errors', async () => {
    expect(await ask(['nope:trips'])).toMatchObject({ error: 'FeatureViewNotFoundException' });
    expect(await ask(['stats:trips', 'fresh:trips'])).toEqual({
      error: 'FeastError',
      message: expect.stringContaining('full_feature_names'),
    });
  });
});
