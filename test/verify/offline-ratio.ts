import { offlineFlights } from '../../bench/offline-flights.js';
import type { Check } from './check.js';

const MOST_RATIO = 2.5;

/** The retrieval of every flight's weather against the same join written by hand, interleaved in one run. */
export const offlineRatio: Check = {
  name: 'offline-ratio',
  bar: `at most ${MOST_RATIO} times the hand-written join, 0 differences`,
  defect: {
    file: 'src/offline/adapter/duckdb-retrieval.js',
    find: 'const frame = await openFrame(connection, query, historyOf);',
    replace:
      'await new Promise((resolve) => setTimeout(resolve, 10000));\nconst frame = await openFrame(connection, query, historyOf);',
  },
  run: async () => {
    const { metrics } = await offlineFlights();
    const { ratioToHandWritten, differences, oursSeconds, handWrittenSeconds } = metrics as Record<
      string,
      number
    >;
    return {
      ok: ratioToHandWritten! <= MOST_RATIO && differences === 0,
      figure: `ratio ${ratioToHandWritten!.toFixed(2)} (${oursSeconds!.toFixed(2)} s to ${handWrittenSeconds!.toFixed(2)} s), ${differences} differences`,
    };
  },
};
