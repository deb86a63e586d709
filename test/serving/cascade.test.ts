import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnOf } from '../../src/definition/column-batch.js';
import type { ModelDocument } from '../../src/definition/document.js';
import { parseTimestamp } from '../../src/definition/time.js';
import { arrowBytes } from '../../src/offline/arrow.js';
import { FLIGHT_MODEL } from '../support/flight-model.js';
import { FIRST_US, flightRows, TRAINING_ROWS } from '../support/flight-rows.js';
import { FLIGHTS_NOW_US, FlightService, flightFrame } from '../support/flight-service.js';

/** The flight model with models of earlier rows, as version 2 of `delay`. */
const UPSTREAM: ModelDocument = {
  ...FLIGHT_MODEL,
  trainer: { kind: 'logisticRegression', epochs: 3, batchSize: 64, folds: { count: 4 } },
};

/** Minutes late by what `delay` says and by the distance. */
const DOWNSTREAM: ModelDocument = {
  ...FLIGHT_MODEL,
  name: 'minutes',
  cascade: [{ alias: 'late', model: 'delay' }],
  label: { expression: 'late_minutes', columns: [{ name: 'late_minutes', type: 'INT64' }] },
  transform: [
    { name: 'risk', expression: 'late__probability' },
    { name: 'is_late', expression: 'late__label' },
    { name: 'distance', expression: 'STANDARD_SCALER(distance) OVER ()' },
  ],
  trainer: { kind: 'linearRegression', epochs: 5, batchSize: 64, folds: { count: 3 } },
};

type Version = {
  readonly warnings?: readonly string[];
  readonly schema: { readonly raw: readonly { readonly name: string }[] };
  readonly record: {
    readonly folds?: readonly { readonly from: string }[];
    readonly cascade?: readonly { readonly weightsHash: string }[];
    readonly transformHash: string;
    readonly weightsHash: string;
  };
};

describe('a model that reads another one', () => {
  let service: FlightService;
  const train = async (model: string): Promise<{ readonly version: number }> =>
    service.job(await service.ok('POST', `models/${model}/train`, { trainingSet: service.trainingSet }));
  const refusal = async (document: ModelDocument) => {
    const { status, body } = await service.call('POST', 'plan', { documents: [document] });
    expect(status).toBe(422);
    return body.error.problems as readonly { readonly path: string; readonly message: string }[];
  };
  beforeAll(async () => {
    service = await FlightService.start();
  });
  afterAll(() => service.close());

  describe('is refused', () => {
    it('when there is no such model, or no trained version of it', async () => {
      const cascade = [{ alias: 'late', model: 'delays' }];
      expect(await refusal({ ...DOWNSTREAM, cascade })).toMatchObject([
        { path: '/documents/0/cascade/0/model', message: expect.stringContaining('did you mean "delay"?') },
      ]);
      const version = [{ alias: 'late', model: 'delay', version: 7 }];
      expect(await refusal({ ...DOWNSTREAM, cascade: version })).toMatchObject([
        {
          path: '/documents/0/cascade/0/version',
          message: 'model "delay" has no trained version 7; the latest is 1',
        },
      ]);
    });

    it('when the other model has seen the rows that it would predict for', async () => {
      expect(await refusal(DOWNSTREAM)).toMatchObject([
        {
          path: '/documents/0/cascade/0/model',
          message: expect.stringMatching(
            /^version 1 of model "delay" was trained without folds.*train it again$/,
          ),
        },
      ]);
    });
  });

  describe('once that one has models of earlier rows', () => {
    beforeAll(async () => {
      await service.ok('POST', 'apply', { documents: [UPSTREAM] });
      expect(await train('delay')).toMatchObject({ version: 2 });
      await service.ok('POST', 'apply', { documents: [DOWNSTREAM] });
      expect(await train('minutes')).toMatchObject({ version: 1 });
    });

    it('must have everything that the other one reads, from the same source', async () => {
      const requestInputs = [{ name: 'distance', type: 'INT64' }] as const;
      expect(await refusal({ ...DOWNSTREAM, requestInputs })).toMatchObject([
        { message: expect.stringContaining('does not have: vip (request column of BOOL); add it') },
      ]);
      const weather = { kind: 'FeatureSet', name: 'weather', entity: 'airport', source: 'observations' };
      const features = [{ name: 'temp', expression: 'temp + 1' }, { name: 'sky' }];
      const documents = [
        { ...weather, features },
        { kind: 'FeatureService', name: 'flights', entries: [{ featureSet: 'weather' }] },
        DOWNSTREAM,
      ];
      const { status, body } = await service.call('POST', 'plan', { documents });
      expect(status).toBe(422);
      expect(body.error.message).toContain(
        'weather__temp (of feature set "weather" version 1 by origin); weather__sky (of',
      );
    });

    it('records which version it was trained on, and what that one has seen (S25)', async () => {
      const upstream = await service.ok<Version>('GET', 'models/delay/versions/2');
      const { schema, record, warnings } = await service.ok<Version>('GET', 'models/minutes/versions/1');
      expect(record.cascade).toMatchObject([
        { alias: 'late', model: 'delay', version: 2, weightsHash: upstream.record.weightsHash },
      ]);
      expect(upstream.record.folds).toHaveLength(3);
      const { transformHash } = upstream.record;
      expect(await service.ok('GET', `transforms/${transformHash}`)).toMatchObject({
        model: 'delay',
        version: 2,
      });
      expect(schema.raw.map(({ name }) => name).sort()).toEqual([
        'distance',
        'vip',
        'weather__sky',
        'weather__temp',
      ]);
      expect(warnings).toBeUndefined();
    });

    it('sees no prediction of a model that has seen the row or anything later', async () => {
      const frame = arrowBytes(flightRows(0, TRAINING_ROWS + 300));
      const answers = await Promise.all(
        ['minutes/versions/1', 'delay/versions/2'].map(async (version) =>
          tableFromIPC(await service.frame(`models/${version}/vectors`, frame)),
        ),
      );
      const seen = [...answers[0]!.getChild('vector')!].map((row) => row.get(0) as number);
      const final = [...answers[1]!.getChild('probability')!].map(Math.fround);
      const { record } = await service.ok<Version>('GET', 'models/delay/versions/2');
      const [edge] = record.folds!.map(({ from }) =>
        Number((parseTimestamp(from)! - FIRST_US) / 60_000_000n),
      );
      // In the first block nothing could be known: the mean of the others stands there.
      expect(new Set(seen.slice(0, edge)).size).toBe(1);
      expect(seen.slice(edge, TRAINING_ROWS).filter((each, i) => each === final[edge! + i])).toEqual([]);
      expect(seen.slice(TRAINING_ROWS)).toEqual(final.slice(TRAINING_ROWS));
    });

    it('gives the online answer the very bytes of history at its T (S24)', async () => {
      const { rowCount, columns } = flightFrame(0, 40);
      const asOf = columnOf('TIMESTAMP', Array<bigint>(rowCount).fill(FLIGHTS_NOW_US));
      const frame = { rowCount, columns: new Map(columns).set('as_of', asOf) };
      const query = 'featureService=flights&time=as_of&knowledge=event';
      const retrieved = await service.frame(`retrievals?${query}`, arrowBytes(frame));
      const table = tableFromIPC(await service.frame('models/minutes/versions/1/vectors', retrieved));
      const tensor = (name: string, datatype: string, data: readonly unknown[]) => {
        return { name, datatype, shape: [data.length], data };
      };
      const values = (name: string) => [...tableFromIPC(retrieved).getChild(name)!];
      const answer = await service.ok<{ outputs: { data: number[] }[] }>('POST', 'v2/models/minutes/infer', {
        inputs: [
          tensor('origin', 'BYTES', values('origin')),
          tensor('distance', 'INT64', values('distance').map(Number)),
          tensor('vip', 'BOOL', values('vip')),
        ],
        outputs: [{ name: 'prediction' }, { name: 'vector' }],
      });
      expect(answer.outputs[0]!.data).toEqual([...table.getChild('prediction')!]);
      expect(answer.outputs[1]!.data).toEqual([...table.getChild('vector')!].flatMap((row) => [...row]));
    });

    it('may be read by another one, in a batch and after a restart alike', async () => {
      const top: ModelDocument = {
        ...DOWNSTREAM,
        name: 'top',
        cascade: [
          { alias: 'guess', model: 'minutes' },
          { alias: 'late', model: 'delay', outputs: ['probability'] },
        ],
        transform: [
          { name: 'guess', expression: 'guess__prediction' },
          { name: 'risk', expression: 'late__probability' },
        ],
      };
      await service.ok('POST', 'apply', { documents: [top] });
      expect(await train('top')).toMatchObject({ version: 1 });
      const { schema } = await service.ok<Version>('GET', 'models/top/versions/1');
      expect(schema.raw.map(({ name }) => name)).toContain('weather__temp');
      const frame = arrowBytes(flightRows(TRAINING_ROWS - 50, TRAINING_ROWS + 50));
      const vectors = async () => [
        ...tableFromIPC(await service.frame('models/top/versions/1/vectors', frame)).getChild('prediction')!,
      ];
      const predictions = await vectors();
      expect(new Set(predictions).size).toBeGreaterThan(50);
      const path = 'models/top/batch-predictions?rows=features&output=arrow';
      const started = JSON.parse((await service.frame(path, frame)).toString()) as { readonly id: string };
      await service.job(started);
      const { app } = service.app;
      const url = `/v1/projects/flights/jobs/${started.id}/result`;
      const result = tableFromIPC((await app.inject({ method: 'GET', url })).rawPayload);
      expect([...result.getChild('prediction')!]).toEqual(predictions);
      await service.app.stop();
      service = await FlightService.restarted(service);
      expect(await vectors()).toEqual(predictions);
    });

    it('is reproduced on the version that it was trained on, which cannot be deleted', async () => {
      await train('delay');
      const reproduced = await service.job(
        await service.ok('POST', 'models/minutes/versions/1/reproduce', {}),
      );
      expect(reproduced).toMatchObject({ reproduced: true, differences: [] });
      const { warnings } = await service.ok<Version>('GET', 'models/minutes/versions/1');
      expect(warnings).toEqual([
        expect.stringContaining(
          'reads version 2 of model "delay", whose latest is 3; register "minutes" again',
        ),
      ]);
      const { status, body } = await service.call('DELETE', 'models/delay/definitions/2');
      expect([status, body.error?.code]).toEqual([409, 'IN_USE']);
      expect(body.error.message).toContain('model "minutes" version 1');
    });

    it('reads the newer version once it is registered again, and hears what was decided of it', async () => {
      await service.ok('POST', 'models/delay/definitions/2/deprecate', { reason: 'old' });
      const plan = await service.ok<{ changes: readonly { action: string }[] }>('POST', 'plan', {
        documents: [DOWNSTREAM],
      });
      expect(plan.changes).toMatchObject([
        { action: 'newVersion', warnings: ['model "delay" version 2 is deprecated: old'] },
      ]);
    });

    it('cannot leave with it', async () => {
      const { status, body } = await service.call('GET', 'models/minutes/versions/1/tfjs');
      expect([status, body.error?.code]).toEqual([422, 'NOT_EXPORTABLE']);
    });
  });
});
