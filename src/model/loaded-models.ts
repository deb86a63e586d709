import { parseFittedTransform } from '../compile/fitted-transform.js';
import { compileTransform, type Transform } from '../compile/transform.js';
import { architectureOf } from './architecture.js';
import type { ModelBundles } from './bundle.js';
import type { ModelManifest } from './manifest.js';
import { scoresOf } from './postprocess.js';
import type { ModelRuntime } from './runtime.js';
import { Scorer } from './scorer.js';

/** A model version, ready to predict. */
export type LoadedModel = {
  readonly manifest: ModelManifest;
  readonly transform: Transform;
  readonly scorer: Scorer;
};

export type ModelVersionRef = {
  readonly project: string;
  readonly model: string;
  readonly version: number;
};

/** Versions kept ready: those of a rollout and their predecessors for tens of models; each holds its weights twice. */
const MAX_LOADED = 64;

type Entry = { readonly loading: Promise<LoadedModel>; users: number; evicted: boolean };

/** Throws NOT_FOUND for a version that the registry does not know: its bundle is what an interrupted training left. */
export type RequireRecord = (ref: ModelVersionRef) => Promise<unknown>;

/** Model versions in memory, the least recently used leaving first. */
export class LoadedModels {
  /** In order of use, the latest last. */
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly bundles: ModelBundles,
    private readonly runtime: ModelRuntime,
    private readonly requireRecord: RequireRecord,
  ) {}

  /** Calls `use` with a version that stays loaded meanwhile. Throws NOT_FOUND, and INTERNAL for a damaged bundle. */
  async with<T>(ref: ModelVersionRef, use: (model: LoadedModel) => T | Promise<T>): Promise<T> {
    const entry = this.entryOf(ref);
    entry.users++;
    try {
      return await use(await entry.loading);
    } finally {
      entry.users--;
      closeIfUnused(entry);
    }
  }

  /** Frees every version; none may be in use. */
  close(): void {
    for (const key of [...this.entries.keys()]) this.evict(key);
  }

  private entryOf(ref: ModelVersionRef): Entry {
    const key = `${ref.project}/${ref.model}/${ref.version}`;
    const entry = this.entries.get(key) ?? this.newEntry(ref, key);
    this.entries.delete(key);
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_LOADED) this.evict(oldest!);
    return entry;
  }

  private newEntry(ref: ModelVersionRef, key: string): Entry {
    const loading = this.load(ref);
    // What failed once may be repaired: the next call tries again.
    loading.catch(() => this.entries.delete(key));
    return { loading, users: 0, evicted: false };
  }

  private async load(ref: ModelVersionRef): Promise<LoadedModel> {
    await this.requireRecord(ref);
    const { manifest, weights } = await this.bundles.load(ref.project, ref.model, ref.version);
    const transform = compileTransform(parseFittedTransform(manifest.transform));
    const state = manifest.postprocess;
    const architecture = architectureOf(manifest.record.parameters, transform.slots, scoresOf(state));
    const predictor = await this.runtime.load(architecture, weights);
    return { manifest, transform, scorer: new Scorer(transform, predictor, state) };
  }

  private evict(key: string): void {
    const entry = this.entries.get(key)!;
    this.entries.delete(key);
    entry.evicted = true;
    closeIfUnused(entry);
  }
}

function closeIfUnused(entry: Entry): void {
  if (!entry.evicted || entry.users > 0) return;
  // A version that never loaded has nothing to close.
  entry.loading.then(
    ({ scorer }) => scorer.close(),
    () => undefined,
  );
}
