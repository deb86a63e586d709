import { describe, expect, it } from 'vitest';
import { flightBundle } from '../../test/support/flight-bundle.js';
import { flightRows } from '../../test/support/flight-rows.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { modelRows } from './model-rows.js';

describe('the rows of a frame', () => {
  it.each([
    { width: 8, rowsAtOnce: 2048, sizes: [2048, 952] },
    { width: 8, rowsAtOnce: 1000, sizes: [1000, 1000, 1000] },
    { width: 1024, rowsAtOnce: 2048, sizes: [1024, 1024, 952] },
    { width: 2 ** 21, rowsAtOnce: 2048, sizes: Array(3000).fill(1) },
    { width: 8, classes: 128, rowsAtOnce: 2048, sizes: [1024, 1024, 952] },
  ])('come $rowsAtOnce at once, fewer of $width numbers and $classes classes', async (row) => {
    const { width, classes, rowsAtOnce, sizes } = row;
    const { manifest } = await flightBundle({ project: 'p', model: 'delay', version: 1 });
    const names = Array.from({ length: classes ?? 0 }, String);
    const several = { task: 'multiClass', scores: 'logits', classes: names, labels: names } as const;
    const postprocess = classes === undefined ? manifest.postprocess : several;
    const model = {
      manifest: { ...manifest, postprocess },
      scorer: { readsAsOf: true, transform: { width } },
    };
    async function* frame(): AsyncIterable<ColumnBatch> {
      yield flightRows(0, 3000);
    }
    const found: number[] = [];
    for await (const { inputs } of modelRows(model, frame(), { rowsAtOnce })) found.push(inputs.rowCount);
    expect(found).toEqual(sizes);
  });
});
