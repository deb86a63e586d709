import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { Problem } from '../definition/error.js';
import { LIFETIME, type WindowFeatureDocument } from '../definition/window-document.js';
import type { WindowedFeature } from './windowed-feature-set.js';

/** From the first instant to the last one (S1), microseconds: no window, and nothing that becomes complete, is longer. */
export const MAX_REACH_US = 315_537_897_599_999_999n;

/** What is wrong with a window that is. */
export const TOO_FAR = 'reaches farther than times do, from the year 1 to 9999';

/** Where a window lies about T, and of a label from when on it is whole. */
export type DirectedWindow = Pick<WindowedFeature, 'window' | 'completeAfterUs'>;

/** Whether a feature is a label: its window looks forward from T. */
export function isFollowing({ direction }: Pick<WindowFeatureDocument, 'direction'>): boolean {
  return direction === 'following';
}

/**
 * The window of a label, (T, T + W], the mirror of an exact one (S20). It is complete once the rows of its last instant have
 * come: at T + W + maturity. What is wrong becomes a problem; then null.
 */
export function followingWindow(
  text: string,
  { feature, source }: { readonly feature: WindowFeatureDocument; readonly source: SourceDocument },
  { path, place }: { readonly path: string; readonly place: string },
  problems: Problem[],
): DirectedWindow | null {
  const refused = [
    ...(['hop', 'offset'] as const).flatMap((member) =>
      feature[member] === undefined ? [] : [{ path: `${path}/${member}`, message: REFUSED[member] }],
    ),
    ...(text === LIFETIME ? [{ path: place, message: NEVER_COMPLETE }] : []),
  ];
  problems.push(...refused);
  if (refused.length > 0) return null;
  const sizeUs = parseDuration(text, place);
  if (sizeUs === 0n) {
    problems.push({ path: place, message: 'is empty, so no row would be in it; make it longer' });
    return null;
  }
  const maturity = feature.maturity ?? source.knownAfter ?? '0s';
  const completeAfterUs = sizeUs + parseDuration(maturity, `${path}/maturity`);
  if (completeAfterUs > MAX_REACH_US) {
    problems.push({ path: place, message: `${TOO_FAR}, its maturity included; make it shorter` });
    return null;
  }
  return { window: { sizeUs, hopUs: 1n, offsetUs: -sizeUs }, completeAfterUs };
}

const REFUSED = {
  hop: 'has no effect on a window that looks forward, which is exact; leave it out',
  offset: 'stands beside "direction": "following", whose window begins at T; leave it out',
} as const;

const NEVER_COMPLETE = 'would look forward for ever, and never be complete; write a duration, such as "1d"';
