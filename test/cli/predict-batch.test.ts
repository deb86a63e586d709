import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predictBatch } from '../../src/cli/predict-batch.js';
import type { ColumnBatch } from '../../src/definition/column-batch.js';
import { DuckdbParquet } from '../../src/offline/adapter/duckdb-parquet.js';
import { FlightService, flightFrame } from '../support/flight-service.js';

const PARQUET = new DuckdbParquet({ memoryLimit: '256MB', threads: 1 });

describe('plumbline predict-batch', () => {
  let service: FlightService;
  beforeAll(async () => {
    service = await FlightService.start();
    await service.app.app.listen(0, '127.0.0.1');
  });
  afterAll(() => service.close());

  it('predicts a Parquet frame into a Parquet file', async () => {
    const [frame, out] = ['frame.parquet', 'out.parquet'].map((name) => join(service.app.dataDir, name));
    const rows = flightFrame(10, 30);
    const columns = [...rows.columns].map(([name, { type }]) => ({ name, type }));
    async function* once(): AsyncIterable<ColumnBatch> {
      yield rows;
    }
    await PARQUET.write(frame!, columns, once());
    const named = { url: await service.app.app.getUrl(), project: 'flights', model: 'delay', json: true };
    const result = await predictBatch({ ...named, frame: frame!, out: out! });
    expect(result).toEqual({ model: 'delay', version: 1, rows: 20 });
    const names = (await PARQUET.columns(out!)).map(({ name }) => name);
    expect(names).toEqual(['origin', 'as_of', 'probability', 'label', 'model_version']);
    await expect(predictBatch(named)).rejects.toThrow('--frame');
    const missing = predictBatch({ ...named, frame: 'none.parquet', out: out! });
    await expect(missing).rejects.toThrow("'none.parquet'");
  });
});
