import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelBundles } from '../../src/model/bundle.js';
import type { ModelManifest, ModelRecord } from '../../src/model/manifest.js';
import { recordDifferences, surroundingDifferences } from '../../src/training/reproduction.js';
import { flightBundle } from '../support/flight-bundle.js';
import { FlightService } from '../support/flight-service.js';

describe('reproducing a version', () => {
  let service: FlightService;
  let file: string;
  beforeAll(async () => {
    service = await FlightService.start();
    file = join(service.app.dataDir, 'training-sets', `${service.trainingSet}.parquet`);
  });
  afterAll(() => service.close());

  const reproduce = async (body: object = {}) =>
    service.job(await service.ok('POST', 'models/delay/versions/1/reproduce', body));

  it('trains the same hashes again, in the same surroundings (S25)', async () => {
    const reproduced = { model: 'delay', version: 1, reproduced: true, differences: [], surroundings: [] };
    expect(await reproduce()).toEqual(reproduced);
    const { items } = await service.ok<{ items: unknown[] }>('GET', 'models/delay/versions');
    expect(items.length).toBe(1);
  });

  it('makes the training set again from its query and snapshot, whatever came since', async () => {
    const rows = [{ origin: 'JFK', at: '2013-09-30T13:30:00Z', temp: -40, sky: 'snow' }];
    await service.ok('POST', 'sources/observations/rows', { rows });
    expect(await reproduce({ retrieve: true })).toMatchObject({ reproduced: true, differences: [] });
  });

  it('tells data that are not the recorded ones', async () => {
    const bytes = await readFile(file);
    await appendFile(file, 'x');
    expect(await reproduce()).toMatchObject({
      reproduced: false,
      differences: [{ what: 'data', recorded: expect.any(String), found: expect.any(String) }],
    });
    await writeFile(file, bytes);
  });

  it('is refused when the data are gone', async () => {
    await rename(file, `${file}.away`);
    const { status, body } = await service.call('POST', 'models/delay/versions/1/reproduce', {});
    expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
    expect(body.error.message).toContain('cannot be reproduced; restore');
    await rename(`${file}.away`, file);
    expect((await service.call('POST', 'models/delay/versions/9/reproduce', {})).status).toBe(404);
  });
});

describe('what differs between two trainings', () => {
  it('is told by name, apart from what computed them', async () => {
    const { manifest } = await flightBundle({ project: 'p', model: 'delay', version: 1 });
    const { metrics, record, transform } = manifest;
    const other: ModelRecord = {
      ...record,
      weightsHash: 'other',
      parameters: { ...record.parameters, seed: 9 },
      runtime: { ...record.runtime, backend: 'cpu' },
      surroundings: { ...record.surroundings!, hardware: 'another' },
    };
    expect(recordDifferences(manifest, manifest)).toEqual([]);
    expect(recordDifferences(manifest, { metrics, transform, record: other })).toEqual([
      { what: 'parameters.seed', recorded: 1, found: 9 },
      { what: 'weights', recorded: record.weightsHash, found: 'other' },
    ]);
    expect(surroundingDifferences(record, record)).toEqual([]);
    expect(surroundingDifferences(record, other)).toEqual([
      { what: 'backend', recorded: record.runtime.backend, found: 'cpu' },
      { what: 'surroundings.hardware', recorded: 'a test', found: 'another' },
    ]);
    const older = { ...record, surroundings: null };
    expect(surroundingDifferences(older, other).map(({ what }) => what)).toEqual(['backend']);
  });

  it('is of a transform that an earlier version kept in another form what its numbers say', async () => {
    const saved = new URL('../data/bundle-format-1', import.meta.url).pathname;
    const recorded = await new ModelBundles(saved).manifest('demo', 'delay', 1);
    const { manifest: again } = await flightBundle({ project: 'demo', model: 'delay', version: 1 });
    const ofTransform = (found: ModelManifest): readonly unknown[] =>
      recordDifferences(recorded, found).filter(({ what }) => what.startsWith('transform'));
    const numbers = ofTransform(again);
    // Sums of means are exact now.
    expect(numbers.map((each) => (each as { what: string }).what)).toEqual([
      'transform.outputs.temp.nullAs',
      'transform.outputs.distance.nullAs',
    ]);
    const inexact = new Map(
      (recorded.transform.outputs as { name: string; nullAs?: number }[]).map((each) => [
        each.name,
        each.nullAs,
      ]),
    );
    const outputs = (again.transform.outputs as { name: string }[]).map((each) => ({
      ...each,
      ...(inexact.get(each.name) !== undefined && { nullAs: inexact.get(each.name) }),
    }));
    expect(ofTransform({ ...again, transform: { ...again.transform, outputs } })).toEqual([]);
    const newer = { ...recorded, record: { ...recorded.record, surroundings: again.record.surroundings } };
    expect(recordDifferences(newer, again).map(({ what }) => what)).toContain('transform');
  });
});
