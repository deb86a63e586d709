import { badInput } from './bad-input.js';
import type { Check } from './check.js';
import { auc, demoCost, leak } from './demo-figures.js';
import { offlineRatio } from './offline-ratio.js';
import { replay } from './replay.js';
import { startUp } from './start-up.js';
import { weather } from './weather.js';

/** The main job, end to end, on real data: its "Must hold" lines. */
export const mainJob: readonly Check[] = [
  weather,
  replay,
  auc,
  leak,
  badInput,
  offlineRatio,
  startUp,
  demoCost,
];
