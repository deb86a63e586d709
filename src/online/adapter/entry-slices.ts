import { setImmediate as turn } from 'node:timers/promises';
import type { MemoryEntry } from './memory-entries.js';

/** Entries told apart in one turn of the event loop, some milliseconds. */
const ENTRIES_A_TURN = 8_192;

/** Keys looked at of each slice to find where it begins. */
const SAMPLED = 16;

/**
 * Cuts entries into slices of some `size` each by key, each slice before the next one: what is written slice by slice touches each
 * page of a tree once. Within a slice there is no order: sorting took a third of what writing costs the event loop.
 */
export async function* entrySlices(
  entries: readonly MemoryEntry[],
  size: number,
): AsyncIterable<readonly MemoryEntry[]> {
  const bounds = boundsOf(entries, Math.ceil(entries.length / size));
  const slices: MemoryEntry[][] = Array.from({ length: bounds.length + 1 }, () => []);
  for (let i = 0; i < entries.length; i++) {
    if (i % ENTRIES_A_TURN === ENTRIES_A_TURN - 1) await turn();
    const entry = entries[i]!;
    slices[sliceOf(bounds, entry.id.text)]!.push(entry);
  }
  for (const slice of slices) {
    await turn();
    if (slice.length > 0) yield slice;
  }
}

/** Where the slices but the first one begin, from a sample. */
function boundsOf(entries: readonly MemoryEntry[], slices: number): readonly string[] {
  const step = Math.max(1, Math.floor(entries.length / (slices * SAMPLED)));
  // Texts of a character a byte sort as their bytes do.
  const sample = entries
    .filter((_, i) => i % step === 0)
    .map(({ id }) => id.text)
    .sort();
  return Array.from({ length: slices }, (_, i) => sample[Math.floor((i * sample.length) / slices)]!).slice(1);
}

/** How many bounds are not behind the key. */
function sliceOf(bounds: readonly string[], text: string): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle]! <= text) low = middle + 1;
    else high = middle;
  }
  return low;
}
