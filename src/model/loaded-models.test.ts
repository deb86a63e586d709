import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flightBundle } from '../../test/support/flight-bundle.js';
import { TfjsRuntime } from './adapter/tfjs.js';
import type { Architecture } from './architecture.js';
import { ModelBundles } from './bundle.js';
import { LoadedModels } from './loaded-models.js';
import type { ModelWeights, Predictor } from './runtime.js';

/** Counts the predictors that are open; loading the `failing`th one, from 1, fails. */
class CountingRuntime extends TfjsRuntime {
  open = 0;
  private loads = 0;

  constructor(private readonly failing = 0) {
    super();
  }

  override async load(architecture: Architecture, weights: ModelWeights): Promise<Predictor> {
    if (++this.loads === this.failing) throw new Error('no memory');
    const predictor = await super.load(architecture, weights);
    this.open++;
    const close = predictor.close.bind(predictor);
    predictor.close = () => {
      this.open--;
      close();
    };
    return predictor;
  }
}

const NAMES = ['a', 'b', 'c'] as const;
const refOf = (model: string) => ({ project: 'demo', model, version: 1 });
const RECORDED = async (): Promise<void> => undefined;

describe('LoadedModels', () => {
  let root: string;
  let bundles: ModelBundles;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'bundles-'));
    bundles = new ModelBundles(root);
    for (const name of NAMES) await bundles.save(await flightBundle(refOf(name)));
    const folds = { trainer: { kind: 'logisticRegression', epochs: 1, folds: { count: 3 } } } as const;
    await bundles.save(await flightBundle(refOf('folded'), folds));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('loads a version once, and again after a failure', async () => {
    const models = new LoadedModels(bundles, new TfjsRuntime(), RECORDED);
    await expect(models.with(refOf('late'), () => 1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await bundles.save(await flightBundle(refOf('late')));
    const first = await models.with(refOf('late'), (model) => model);
    expect(await models.with(refOf('late'), (model) => model)).toBe(first);
    models.close();
  });

  it.each([
    { maxBytes: 0, kept: 1 },
    { maxBytes: 2 ** 30, kept: 3 },
  ])('keeps $kept of three versions in $maxBytes bytes', async ({ maxBytes, kept }) => {
    const runtime = new CountingRuntime();
    const models = new LoadedModels(bundles, runtime, RECORDED, maxBytes);
    for (const name of NAMES) await models.with(refOf(name), ({ manifest }) => manifest.model);
    expect(runtime.open).toBe(kept);
    models.close();
    await Promise.resolve();
    expect(runtime.open).toBe(0);
  });

  it('keeps what is in use, however little room there is', async () => {
    const runtime = new CountingRuntime();
    const models = new LoadedModels(bundles, runtime, RECORDED, 0);
    await models.withAll(NAMES.map(refOf), (all) => {
      expect(runtime.open).toBe(3);
      expect(all.every(({ scorer }) => !scorer.isOver)).toBe(true);
    });
    await Promise.resolve();
    expect(runtime.open).toBe(1);
    models.close();
  });

  it.each([1, 2, 3])('frees what was loaded before the part %i of a version failed', async (failing) => {
    const runtime = new CountingRuntime(failing);
    const models = new LoadedModels(bundles, runtime, RECORDED);
    await expect(models.with(refOf('folded'), () => 1)).rejects.toThrow('no memory');
    expect(runtime.open).toBe(0);
    models.close();
  });
});
