import { spanOf } from '../../definition/window.js';
import type { Lane } from './lane.js';
import type { WindowChain } from './window-chains.js';

/**
 * Where the windows of a chain lie among the rows of a lane as of T: `bounds[0]` is the row behind all of them, `bounds[1]` the first row of the
 * first window, and so on outwards.
 */
export function chainBounds(
  { steps }: WindowChain,
  lane: Lane,
  { key, tUs }: { readonly key: number; readonly tUs: bigint },
  bounds: Int32Array,
): void {
  const { start, end } = lane.rangeOf(key);
  let at = lane.firstAfter(spanOf(steps[0]!.window, tUs).throughUs, start, end);
  bounds[0] = at;
  for (let i = 0; i < steps.length; i++) {
    const { afterUs } = spanOf(steps[i]!.window, tUs);
    at = afterUs === null ? start : lane.firstAfter(afterUs, start, at);
    bounds[i + 1] = at;
  }
}
