import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightBundle } from '../../test/support/flight-bundle.js';
import { flightRows, TRAINING_ROWS } from '../../test/support/flight-rows.js';
import { sliceRows, valueAt } from '../definition/column-batch.js';
import { parseTimestamp } from '../definition/time.js';
import { TfjsRuntime } from './adapter/tfjs.js';
import { type ModelBundle, ModelBundles } from './bundle.js';
import { loadScorer } from './load-scorer.js';
import { LoadedModels } from './loaded-models.js';
import type { Scorer } from './scorer.js';

const RECORDED = async (): Promise<void> => undefined;
const REF = { project: 'demo', model: 'delay', version: 1 };

describe('a model bundle', () => {
  let root: string;
  let bundles: ModelBundles;
  let bundle: ModelBundle;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'bundles-'));
    bundles = new ModelBundles(root);
    bundle = await flightBundle(REF);
    await bundles.save(bundle);
  });
  afterAll(() => rm(root, { recursive: true }));

  it('comes back as it was saved', async () => {
    expect(await bundles.load('demo', 'delay', 1)).toEqual(bundle);
    expect(await readdir(join(root, 'demo', 'delay'))).toEqual(['1']);
  });

  it('comes back with its models of earlier rows, each file hashed', async () => {
    const trainer = { kind: 'logisticRegression', epochs: 1, folds: { count: 3 } } as const;
    const folded = await flightBundle({ ...REF, model: 'folded' }, { trainer });
    await bundles.save(folded);
    const folder = join(root, 'demo', 'folded', '1');
    expect((await readdir(folder)).sort()).toEqual(['fold-1.bin', 'fold-2.bin', 'model.json', 'weights.bin']);
    expect(await bundles.load('demo', 'folded', 1)).toEqual(folded);
    expect(folded.manifest.record.folds).toHaveLength(2);
    await appendFile(join(folder, 'fold-2.bin'), 'x');
    await expect(bundles.load('demo', 'folded', 1)).rejects.toThrow('fold-2.bin is damaged');
  });

  it('scores rows before evaluation by the model of the rows before their block', async () => {
    const trainer = { kind: 'logisticRegression', epochs: 1, folds: { count: 3 } } as const;
    const ref = { ...REF, model: 'in-time' };
    const folded = await flightBundle(ref, { trainer });
    await bundles.save(folded);
    const models = new LoadedModels(bundles, new TfjsRuntime(), RECORDED);
    const rows = flightRows(0, TRAINING_ROWS + 100);
    const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
    await models.with(ref, async ({ scorer }) => {
      const placed = await scorer.scoreInTime(rows, { asOf, boundary: 'inclusive' });
      const inTime = placed.columns.get('probability')!;
      const final = (await scorer.score(rows, asOf)).outputs.columns.get('probability')!;
      const [first, second] = folded.manifest.record.folds!.map(({ from }) => parseTimestamp(from)!);
      const edges = [first!, second!].map((us) => Number((us - asOf[0]!) / 60_000_000n));
      const values = [...asOf.keys()].map((row) => [valueAt(inTime, row), valueAt(final, row)] as const);
      values.forEach(([known, latest], row) => {
        if (row < edges[0]!) expect(known).toBeNull();
        else if (row < TRAINING_ROWS) expect(known).not.toBe(latest);
        else expect(known).toBe(latest);
      });
      const blocks = await foldScorers(folded);
      for (const [block, from] of edges.entries()) {
        const row = sliceRows(rows, from, from + 1);
        const { outputs } = await blocks[block]!.score(row, asOf.subarray(from));
        expect(valueAt(inTime, from)).toBe(valueAt(outputs.columns.get('probability')!, 0));
      }
    });
    models.close();
  });

  it('can be read by people', async () => {
    const text = await readFile(join(root, 'demo', 'delay', '1', 'model.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      model: 'delay',
      record: { runtime: { backend: 'wasm' }, parameters: { seed: 1 } },
    });
  });

  it('is read in its first format, which had no schemas and no surroundings', async () => {
    const older = await flightBundle({ ...REF, model: 'older' });
    await bundles.save(older);
    const file = join(root, 'demo', 'older', '1', 'model.json');
    const { schema: _, ...manifest } = JSON.parse(await readFile(file, 'utf8'));
    delete manifest.record.surroundings;
    await writeFile(file, JSON.stringify({ ...manifest, format: 1 }));
    const read = await bundles.load('demo', 'older', 1);
    const record = { ...older.manifest.record, surroundings: null };
    expect(read).toEqual({ ...older, manifest: { ...older.manifest, record } });
    expect(read.manifest.schema.raw).toContainEqual({ name: 'weather__sky', type: 'STRING' });
    expect(read.manifest.schema.transformed.map(({ output }) => output)).toContain('sky');
  });

  it('that an earlier version saved gives the same model inputs, bit for bit, and predictions (S24)', async () => {
    const saved = new URL('../../test/data/bundle-format-1', import.meta.url).pathname;
    const answers = JSON.parse(await readFile(join(saved, 'answers.json'), 'utf8'));
    const rows = flightRows(0, 40);
    const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
    const models = new LoadedModels(new ModelBundles(saved), new TfjsRuntime(), RECORDED);
    const { vectors, outputs } = await models.with(REF, ({ scorer }) => scorer.score(rows, asOf));
    expect(Buffer.from(vectors.values.buffer).toString('base64')).toBe(answers.vectors);
    const probabilities = outputs.columns.get('probability')!.values as Float64Array;
    const before = new Float32Array(new Uint8Array(Buffer.from(answers.probabilities, 'base64')).buffer);
    // The sigmoid was the backend's then, in float32, and is pinned code in doubles now.
    for (const [row, probability] of probabilities.entries())
      expect(probability).toBeCloseTo(before[row]!, 6);
    models.close();
  });

  it('is refused in a format that is newer than the code', async () => {
    const file = join(root, 'demo', 'newer', '1', 'model.json');
    await bundles.save(await flightBundle({ ...REF, model: 'newer' }));
    await writeFile(file, (await readFile(file, 'utf8')).replace('"format": 2', '"format": 3'));
    await expect(bundles.load('demo', 'newer', 1)).rejects.toThrow('is of format 3');
  });

  it('is replaced when an earlier try was never recorded', async () => {
    await bundles.save(bundle);
    expect(await readdir(join(root, 'demo', 'delay'))).toEqual(['1']);
  });

  it('gives the same vectors and predictions in a new process, bit for bit (S24)', async () => {
    const rows = flightRows(0, 300);
    const asOf = rows.columns.get('as_of')!.values as BigInt64Array;
    const models = new LoadedModels(bundles, new TfjsRuntime(), RECORDED);
    const expected = await models.with(REF, async ({ scorer }) => {
      const { vectors, outputs } = await scorer.score(rows, asOf);
      const probabilities = outputs.columns.get('probability')!.values as Float64Array;
      return Buffer.concat([vectors.values, probabilities].map((part) => Buffer.from(part.buffer)));
    });
    const script = new URL('../../test/support/print-flight-predictions.ts', import.meta.url).pathname;
    const loader = new URL('../../test/support/typescript-loader.js', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, script, root]);
    expect(stdout).toBe(expected.toString('hex'));
  });

  it('is NOT_FOUND when there is none', async () => {
    await expect(bundles.load('demo', 'delay', 2)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(bundles.load('demo', 'other', 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is refused when its files were changed', async () => {
    const changed = await flightBundle({ ...REF, model: 'changed' });
    await bundles.save(changed);
    const folder = join(root, 'demo', 'changed', '1');
    const manifest = await readFile(join(folder, 'model.json'), 'utf8');
    await writeFile(join(folder, 'model.json'), manifest.replace('"count": 6', '"count": 7'));
    await expect(bundles.manifest('demo', 'changed', 1)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('damaged'),
    });
    await writeFile(join(folder, 'model.json'), manifest);
    await appendFile(join(folder, 'weights.bin'), 'x');
    await expect(bundles.load('demo', 'changed', 1)).rejects.toThrow('weights.bin is damaged');
  });
});

/** Each model of earlier rows as a bundle of its own. */
function foldScorers({ manifest, folds }: ModelBundle): Promise<readonly Scorer[]> {
  const scorers = folds!.map((weights, index) => {
    const { folds: _, ...own } = { ...manifest, ...manifest.folds![index]! };
    return loadScorer(new TfjsRuntime(), { manifest: own, weights }, []);
  });
  return Promise.all(scorers);
}
