import { join } from 'node:path';
import { DuckdbOfflineStore } from '../../src/offline/adapter/duckdb.js';
import { planBySize } from '../../src/offline/adapter/duckdb-match.js';
import type { RetrievalPlan } from '../../src/offline/store.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { offlineStoreSuite } from './offline-store.suite.js';

const LIMITS = { memoryLimit: '512MB', threads: 2 };

let forced: RetrievalPlan | null = null;

offlineStoreSuite('DuckDB', {
  open: () =>
    DuckdbOfflineStore.open(join(temporaryFolder('duckdb'), 'history.duckdb'), LIMITS, (facts) => {
      if (forced === null) return planBySize(facts);
      return forced === 'compacted' && !facts.compacted ? 'raw' : forced;
    }),
  force: (plan) => {
    forced = plan;
  },
});
