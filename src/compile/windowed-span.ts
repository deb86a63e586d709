import type { SourceDocument } from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import type { Problem } from '../definition/error.js';
import { defaultHopUs, type Window } from '../definition/window.js';
import { LIFETIME, type WindowFeatureDocument } from '../definition/window-document.js';
import {
  type DirectedWindow,
  followingWindow,
  isFollowing,
  MAX_REACH_US,
  TOO_FAR,
} from './following-window.js';

/** A window of a feature, and what its features are called. */
type NamedWindow = DirectedWindow & { readonly name: string };

/**
 * The windows of a feature (S20), named `<feature>_<window>` where `windows` lists them. What is wrong becomes a problem below
 * `path`, and is left out.
 */
export function windowsOf(
  feature: WindowFeatureDocument,
  source: SourceDocument,
  path: string,
  problems: Problem[],
): readonly NamedWindow[] {
  const { name, window, windows } = feature;
  if (feature.maturity !== undefined && !isFollowing(feature)) {
    const message =
      'has no effect on a window that looks back; add "direction": "following", or leave it out';
    problems.push({ path: `${path}/maturity`, message });
  }
  if ((window === undefined) === (windows === undefined)) {
    const message =
      window === undefined
        ? 'has no window; add "window", such as "1h" or "lifetime", or several under "windows"'
        : 'has both "window" and "windows"; keep one';
    problems.push({ path, message });
    return [];
  }
  const written =
    windows === undefined
      ? [{ name, text: window!, place: `${path}/window` }]
      : windows.map((text, i) => ({ name: `${name}_${text}`, text, place: `${path}/windows/${i}` }));
  return written.flatMap(({ name: own, text, place }) => {
    const found = isFollowing(feature)
      ? followingWindow(text, { feature, source }, { path, place }, problems)
      : precedingWindow(text, { feature, path, place }, problems);
    return found === null ? [] : [{ name: own, ...found }];
  });
}

/** Whether the windows of a feature hold rows instead of tiles: no default hop is so short. */
export function isExact(feature: WindowFeatureDocument): boolean {
  const { hop } = feature;
  return hop !== undefined && !isFollowing(feature) && parseDuration(hop, '') === EXACT_US;
}

/** The hop of exact windows, microseconds. */
const EXACT_US = 1n;

type Place = { readonly feature: WindowFeatureDocument; readonly path: string; readonly place: string };

function precedingWindow(text: string, place: Place, problems: Problem[]): DirectedWindow | null {
  const window = windowOf(text, place, problems);
  return window === null ? null : { window, completeAfterUs: null };
}

function windowOf(text: string, { feature, path, place }: Place, problems: Problem[]): Window | null {
  const sizeUs = text === LIFETIME ? null : parseDuration(text, place);
  const offsetUs = feature.offset === undefined ? 0n : parseDuration(feature.offset, `${path}/offset`);
  const declaredUs = feature.hop === undefined ? null : parseDuration(feature.hop, `${path}/hop`);
  if (sizeUs === 0n) {
    problems.push({ path: place, message: 'is empty, so no row would be in it; make it longer' });
    return null;
  }
  const hopUs = declaredUs ?? defaultHopUs(sizeUs);
  if (hopUs === null) {
    const message = `${text} is shorter than 1s and has no default hop; add "hop", 1us for an exact window`;
    problems.push({ path: `${path}/hop`, message });
    return null;
  }
  const window = { sizeUs, hopUs, offsetUs };
  const problem = reachProblem(window) ?? hopProblem(window, { text, isDeclared: declaredUs !== null });
  if (problem === null) return window;
  const { member, message } = problem;
  problems.push({ path: member === 'window' ? place : `${path}/${member}`, message });
  return null;
}

type WindowProblem = { readonly member: 'window' | 'hop' | 'offset'; readonly message: string };

function reachProblem({ sizeUs, offsetUs }: Window): WindowProblem | null {
  if ((sizeUs ?? 0n) + offsetUs <= MAX_REACH_US) return null;
  const message = `${TOO_FAR}; write "lifetime" as window`;
  return { member: offsetUs > 0n ? 'offset' : 'window', message };
}

function hopProblem(
  { sizeUs, hopUs, offsetUs }: Window,
  { text, isDeclared }: { readonly text: string; readonly isDeclared: boolean },
): WindowProblem | null {
  const refused = (member: 'hop' | 'offset', message: string) => ({ member, message });
  if (hopUs === 0n) return refused('hop', 'is empty; 1us makes the window exact');
  if (sizeUs !== null && hopUs > sizeUs)
    return refused('hop', `is longer than the window ${text}; make it ${text} at most`);
  if (hopUs === EXACT_US && offsetUs > 0n) {
    const message =
      'stands beside a hop of 1us: no number of newest rows holds a window that lies in the past';
    return refused('offset', `${message}; leave one of them out`);
  }
  if (sizeUs === null && offsetUs === 0n && isDeclared && hopUs > EXACT_US)
    return refused('hop', 'has no effect: a lifetime that ends at T has no tail; leave it out');
  const tiles = tilesOf({ sizeUs, hopUs, offsetUs });
  if (hopUs === EXACT_US || tiles <= MAX_TILES) return null;
  const back = offsetUs === 0n ? text : `${text} and its offset`;
  return refused('hop', `cuts ${back} into ${tiles} tiles, ${MAX_TILES} at most; make it longer`);
}

/** Tiles that a window may need at one instant. */
function tilesOf({ sizeUs, hopUs, offsetUs }: Window): bigint {
  return ((sizeUs ?? 0n) + offsetUs) / hopUs + 1n;
}

/** Tiles of one window: each of them is read by every lookup. The default hops stay below 1,000 up to windows of 2.7 years. */
const MAX_TILES = 5_000n;
