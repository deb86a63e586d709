import { join } from 'node:path';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { PLANS_BY_SIZE } from '../../src/offline/adapter/duckdb-plan.js';
import type { LatestPlan } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { offlineStoreSuite } from './offline-store.suite.js';

const LIMITS = { memoryLimit: '512MB', threads: 2 };

let forced: LatestPlan | null = null;

/** Every other time the steps are sorted where few are asked for. */
let turns = 0;

offlineStoreSuite('DuckDB', {
  open: () =>
    DuckdbOfflineStore.open(join(temporaryFolder('duckdb'), 'history.duckdb'), LIMITS, {
      choose: (facts) => {
        if (forced === null) return PLANS_BY_SIZE.choose(facts);
        return forced === 'compacted' && !facts.compacted ? 'raw' : forced;
      },
      get cheapPairs() {
        return turns++ % 2 === 0 ? PLANS_BY_SIZE.cheapPairs : 0;
      },
    }),
  force: (plan) => {
    forced = plan;
  },
});
