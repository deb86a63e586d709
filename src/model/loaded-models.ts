import type { Transform } from '../compile/transform.js';
import type { ModelBundle, ModelBundles } from './bundle.js';
import type { CascadeInput } from './cascade.js';
import { requireRecorded } from './cascade-record.js';
import { loadScorer } from './load-scorer.js';
import type { CascadeRecord, ModelManifest } from './manifest.js';
import type { ModelRuntime } from './runtime.js';
import type { Scorer } from './scorer.js';

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

/** Versions kept ready: those of a rollout and their predecessors for tens of models; each may have a thread. */
const MAX_LOADED = 64;

/** Bytes of versions kept ready, as {@link sizeOf} has them; the one that was asked for last is kept whatever its size. */
const MAX_LOADED_BYTES = 1024 ** 3;

type Entry = {
  readonly loading: Promise<LoadedModel>;
  /** The models that this one reads, which stay loaded as long as it does. */
  readonly reads: Entry[];
  users: number;
  evicted: boolean;
  /** 0 until it is loaded. */
  sizeBytes: number;
};

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
    private readonly maxBytes = MAX_LOADED_BYTES,
  ) {}

  /** Calls `use` with a version that stays loaded meanwhile. Throws NOT_FOUND, and INTERNAL for a damaged bundle. */
  async with<T>(ref: ModelVersionRef, use: (model: LoadedModel) => T | Promise<T>): Promise<T> {
    return this.withAll([ref], ([model]) => use(model!));
  }

  /** The same with several versions at once, in their order. */
  async withAll<T>(
    refs: readonly ModelVersionRef[],
    use: (models: readonly LoadedModel[]) => T | Promise<T>,
  ): Promise<T> {
    const entries = refs.map((ref) => this.take(ref));
    try {
      const models = await Promise.all(entries.map(({ loading }) => loading));
      try {
        return await use(models);
      } finally {
        // What does not answer any more is loaded anew by the next call.
        if (models.some(({ scorer }) => scorer.isOver)) this.evictAll(entries);
      }
    } finally {
      entries.forEach(giveBack);
    }
  }

  /** Frees every version; none may be in use. */
  close(): void {
    for (const key of [...this.entries.keys()]) this.evict(key);
  }

  private take(ref: ModelVersionRef): Entry {
    const entry = this.entryOf(ref);
    entry.users++;
    return entry;
  }

  private entryOf(ref: ModelVersionRef): Entry {
    const key = `${ref.project}/${ref.model}/${ref.version}`;
    const entry = this.entries.get(key) ?? this.newEntry(ref, key);
    this.entries.delete(key);
    this.entries.set(key, entry);
    this.makeRoom();
    return entry;
  }

  private makeRoom(): void {
    let heldBytes = 0;
    for (const { sizeBytes } of this.entries.values()) heldBytes += sizeBytes;
    for (const [key, { sizeBytes }] of [...this.entries].slice(0, -1)) {
      if (this.entries.size <= MAX_LOADED && heldBytes <= this.maxBytes) return;
      heldBytes -= sizeBytes;
      this.evict(key);
    }
  }

  private newEntry(ref: ModelVersionRef, key: string): Entry {
    const reads: Entry[] = [];
    const loading = this.load(ref, reads, (bundle) => {
      entry.sizeBytes = sizeOf(bundle);
      this.makeRoom();
    });
    const entry: Entry = { loading, reads, users: 0, evicted: false, sizeBytes: 0 };
    // What failed once may be repaired: the next call tries again.
    loading.catch(() => {
      if (this.entries.get(key)?.loading === loading) this.entries.delete(key);
      reads.forEach(giveBack);
    });
    return entry;
  }

  private async load(
    ref: ModelVersionRef,
    reads: Entry[],
    onRead: (bundle: ModelBundle) => void,
  ): Promise<LoadedModel> {
    await this.requireRecord(ref);
    const bundle = await this.bundles.load(ref.project, ref.model, ref.version);
    onRead(bundle);
    const { manifest } = bundle;
    const { cascade = [] } = manifest.record;
    // Versions are trained after those that they read, so this ends.
    reads.push(...cascade.map(({ model, version }) => this.take({ project: ref.project, model, version })));
    const upstreams = await Promise.all(reads.map(({ loading }) => loading));
    const inputs = cascade.map((record, index) => cascadeInput(record, upstreams[index]!));
    const scorer = await loadScorer(this.runtime, bundle, inputs);
    return { manifest, transform: scorer.transform, scorer };
  }

  private evictAll(entries: readonly Entry[]): void {
    for (const [key, entry] of [...this.entries]) if (entries.includes(entry)) this.evict(key);
  }

  private evict(key: string): void {
    const entry = this.entries.get(key)!;
    this.entries.delete(key);
    entry.evicted = true;
    closeIfUnused(entry);
  }
}

/** What a version takes of memory, about: its weights, here and with the runtime, and what its transforms learnt. */
function sizeOf({ manifest, weights, folds = [] }: ModelBundle): number {
  const weightBytes = [weights, ...folds].flat().reduce((sum, { values }) => sum + values.byteLength, 0);
  return 2 * weightBytes + BYTES_A_CHARACTER * JSON.stringify(manifest).length;
}

/** Of a manifest: a vocabulary is held as texts and as a map from them. */
const BYTES_A_CHARACTER = 4;

function cascadeInput(record: CascadeRecord, { manifest, scorer }: LoadedModel): CascadeInput {
  requireRecorded(record, manifest);
  return { alias: record.alias, outputs: record.outputs.map(({ name }) => name), scorer };
}

function giveBack(entry: Entry): void {
  entry.users--;
  closeIfUnused(entry);
}

function closeIfUnused(entry: Entry): void {
  if (!entry.evicted || entry.users > 0) return;
  entry.loading.then(
    ({ scorer }) => {
      scorer.close();
      entry.reads.forEach(giveBack);
    },
    // A version that never loaded has nothing to close.
    () => undefined,
  );
}
