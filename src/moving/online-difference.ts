import type { SourceFeatureSet } from '../compile/chained-feature-set.js';
import { compareOrder } from '../definition/order.js';
import type { OnlineStore, StoredRow, StoredWindows, WindowHeader } from '../online/store.js';

/** Entities looked up at once. */
const KEYS_AT_ONCE = 500;

/** How many entities two stores hold differently of a set that both have, of how many the first one holds. */
export async function differingEntities(
  set: SourceFeatureSet,
  a: OnlineStore,
  b: OnlineStore,
): Promise<{ readonly differing: number; readonly all: number }> {
  const [there, back] = [await lookedUp(set, a, b), await lookedUp(set, b, a)];
  // Those that only one of them holds are found by one of the two ways.
  return { differing: Math.max(there.differing, back.differing), all: there.all };
}

/** A scan may give an entity twice, so what it gives is looked up in the other store, rather than summed up. */
function lookedUp(set: SourceFeatureSet, scanned: OnlineStore, asked: OnlineStore) {
  return set.kind === 'windowed'
    ? differingIn(scanned.scanWindows(set.id), (some) => windowsDiffer(set.id, some, asked))
    : differingIn(scanned.scan(set.id), (some) => rowsDiffer(set.id, some, asked));
}

async function differingIn<T extends { readonly key: Uint8Array }>(
  entities: AsyncIterable<T>,
  differ: (some: readonly T[]) => Promise<readonly boolean[]>,
): Promise<{ readonly differing: number; readonly all: number }> {
  let [differing, all] = [0, 0];
  const count = async (some: readonly T[]): Promise<void> => {
    all += some.length;
    for (const differs of await differ(some)) if (differs) differing++;
  };
  let some: T[] = [];
  for await (const entity of entities) {
    // What a scan gives may be used again by its next step.
    some.push({ ...entity, key: Uint8Array.from(entity.key) });
    if (some.length < KEYS_AT_ONCE) continue;
    await count(some);
    some = [];
  }
  await count(some);
  return { differing, all };
}

type ScannedRow = { readonly key: Uint8Array; readonly row: StoredRow };
type ScannedWindows = { readonly key: Uint8Array; readonly windows: StoredWindows };

async function rowsDiffer(
  setId: number,
  some: readonly ScannedRow[],
  asked: OnlineStore,
): Promise<readonly boolean[]> {
  if (some.length === 0) return [];
  const { latest } = await asked.read({ latest: [{ setId, keys: some.map(({ key }) => key) }], windows: [] });
  return some.map(({ row }, i) => {
    const found = latest[0]![i] ?? null;
    return found === null || !isSameRow(row, found);
  });
}

function isSameRow(a: StoredRow, b: StoredRow): boolean {
  const isSamePlace = compareOrder(a.order, b.order) === 0 && a.through === b.through;
  return isSamePlace && a.tombstone === b.tombstone && Buffer.compare(a.payload, b.payload) === 0;
}

async function windowsDiffer(
  setId: number,
  some: readonly ScannedWindows[],
  asked: OnlineStore,
): Promise<readonly boolean[]> {
  const state = { setId, which: 'active' } as const;
  const headers = await asked.windowHeaders(
    state,
    some.map(({ key }) => key),
  );
  const blocks = await asked.windowBlocks(
    state,
    some.map(({ key, windows }) => ({ key, blocks: windows.blocks })),
  );
  return some.map(
    ({ windows }, i) =>
      headers[i] == null ||
      !isSameHeader(windows.header, headers[i]) ||
      windows.blocks.some(({ bytes }, j) => !isSameBlock(bytes, blocks[i]![j]!)),
  );
}

function isSameHeader(a: WindowHeader, b: WindowHeader): boolean {
  const isSameFigures = a.newestUs === b.newestUs && a.through === b.through && a.lateRows === b.lateRows;
  return isSameFigures && Buffer.compare(a.leaves, b.leaves) === 0;
}

function isSameBlock(a: Uint8Array, b: Uint8Array | null): boolean {
  return b !== null && Buffer.compare(a, b) === 0;
}
