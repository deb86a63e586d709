import type { LatestRead, OnlineAnswer, OnlineStore } from '../../src/online/store.js';

/** The newest rows alone. */
export async function readLatest(
  store: OnlineStore,
  reads: readonly LatestRead[],
): Promise<OnlineAnswer['latest']> {
  return (await store.read({ latest: reads, windows: [] })).latest;
}
