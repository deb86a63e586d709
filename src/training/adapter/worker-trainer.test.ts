import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { flightPlan, flightRows, TRAINING_ROWS } from '../../../test/support/flight-rows.js';
import type { ColumnBatch } from '../../definition/column-batch.js';
import { TfjsRuntime } from '../../model/adapter/tfjs.js';
import { weightsHash } from '../../model/bundle.js';
import { ModelTraining } from '../train-model.js';
import { WorkerTrainer } from './worker-trainer.js';

const END = TRAINING_ROWS + 200;

async function* rows(batchSize = 100): AsyncIterable<ColumnBatch> {
  for (let from = 0; from < END; from += batchSize) yield flightRows(from, Math.min(from + batchSize, END));
}

const unwatched = () => ({ progress: () => undefined, signal: new AbortController().signal });

describe('WorkerTrainer', () => {
  const trainer = new WorkerTrainer('no-onnx-files');

  it('trains exactly what training in this thread does', async () => {
    const inThread = new ModelTraining(flightPlan(), new TfjsRuntime());
    for await (const batch of rows()) inThread.add(batch);
    const expected = await inThread.finish(() => undefined);
    const trained = await trainer.train(flightPlan(), rows(), unwatched());
    expect(trained.fitted).toEqual(expected.fitted);
    expect(weightsHash(trained.weights)).toBe(weightsHash(expected.weights));
    expect(trained.metrics).toEqual(expected.metrics);
    expect(trained.runtime.backend).toBe('wasm');
  });

  it('tells its progress up to the end', async () => {
    const steps: [number, number][] = [];
    const progress = (done: number, total: number) => void steps.push([done, total]);
    await trainer.train(flightPlan(), rows(), { ...unwatched(), progress });
    expect(steps).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
  });

  it('passes on why a model cannot be trained', async () => {
    const label = { expression: 'TRUE', columns: [] };
    const training = trainer.train(flightPlan({ label }), rows(), unwatched());
    await expect(training).rejects.toMatchObject({ code: 'TRAINING_FAILED', details: { split: 'training' } });
  });

  it('passes on why the rows cannot be read, and closes the reader', async () => {
    let closed = false;
    async function* broken(): AsyncIterable<ColumnBatch> {
      try {
        yield flightRows(0, 10);
        throw new Error('disk gone');
      } finally {
        closed = true;
      }
    }
    await expect(trainer.train(flightPlan(), broken(), unwatched())).rejects.toThrow('disk gone');
    expect(closed).toBe(true);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    async function* endless(): AsyncIterable<ColumnBatch> {
      for (;;) {
        yield flightRows(0, 100);
        await delay(1);
      }
    }
    const training = trainer.train(flightPlan(), endless(), { ...unwatched(), signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(training).rejects.toThrow(/abort/i);
  });

  it('leaves the event loop free', async () => {
    const trainerDocument = { kind: 'logisticRegression', epochs: 2000, batchSize: 64 } as const;
    let turns = 0;
    const turnsAt: number[] = [];
    let turning = setImmediate(function turn() {
      turns++;
      turning = setImmediate(turn);
    });
    const progress = (): void => void turnsAt.push(turns);
    await trainer.train(flightPlan({ trainer: trainerDocument }), rows(), { ...unwatched(), progress });
    clearImmediate(turning);
    // Of each of the thousands of steps the loop hears between turns of its own; how long a turn takes, `verify` measures.
    const first = turnsAt[0]!;
    expect(new Set(turnsAt).size).toBeGreaterThan(20);
    expect(turns - first).toBeGreaterThan(100);
  });
});
