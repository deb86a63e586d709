import type { Check } from './check.js';
import { auc, demoAudit, demoCost } from './demo-figures.js';
import { figuresIn, figuresLookup, figuresRetrieval } from './windows/figures.js';
import { flights } from './windows/flights.js';
import { hops } from './windows/hops.js';
import { labels } from './windows/labels.js';
import { law } from './windows/law.js';
import { order } from './windows/order.js';
import { traps } from './windows/traps.js';

/** Windowed aggregates that agree online and offline, at every instant. Its "Must hold" lines. */
export const windows: readonly Check[] = [
  traps,
  flights,
  hops,
  labels,
  order,
  auc,
  demoAudit,
  demoCost,
  law,
  figuresIn,
  figuresLookup,
  figuresRetrieval,
];
