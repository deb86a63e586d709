import type { Check } from './check.js';
import { malformed } from './malformed.js';
import { ingest, retrieval } from './rows/figures.js';
import { kills } from './rows/kills.js';
import { orders } from './rows/orders.js';
import { served } from './rows/served.js';
import { snapshot } from './rows/snapshot.js';
import { traps } from './rows/traps.js';

/** Rows in, values out: every door, every order, every crash. Its "Must hold" lines. */
export const rows: readonly Check[] = [traps, orders, kills, served, snapshot, malformed, ingest, retrieval];
