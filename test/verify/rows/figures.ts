import type { BenchResult } from '../../../bench/conditions.js';
import { ingest as benchIngest } from '../../../bench/ingest.js';
import { offlineFeast } from '../../../bench/offline-feast.js';
import { type Check, measured, type Outcome } from '../check.js';

const LEAST_SINGLE = 2_000;
const LEAST_LARGE = 60_000;
const LEAST_LOADED = 150_000;

/** Rows in, as fast as they must be; the benchmark's figures are medians already. */
export const ingest: Check = {
  name: 'ingest',
  bar: `rows a second, durable and visible: ${LEAST_SINGLE} one a request, ${LEAST_LARGE} 1,000 a request, ${LEAST_LOADED} from Parquet`,
  defect: {
    file: 'src/ingest/adapter/embedded-log.js',
    find: 'await this.segments.append(',
    replace: 'await new Promise((resolve) => setTimeout(resolve, 20)); await this.segments.append(',
  },
  run: () =>
    measured(
      benchIngest,
      ([result]) => {
        const { singleRowsPerSecond, largeRowsPerSecond, loadRowsPerSecond, singleP99Ms } = result!.metrics;
        return {
          ok:
            result!.ok &&
            singleRowsPerSecond! >= LEAST_SINGLE &&
            largeRowsPerSecond! >= LEAST_LARGE &&
            loadRowsPerSecond! >= LEAST_LOADED,
          figure: `${singleRowsPerSecond} (p99 ${singleP99Ms} ms), ${largeRowsPerSecond} and ${loadRowsPerSecond} rows a second`,
        };
      },
      1,
    ),
};

const MOST_EVENT = 1;
const MOST_KNOWN = 1.5;
const MOST_MIB = 1_536;

/** A large frame over a larger history, against the join that somebody would write by hand: a ratio, so no idle machine. */
export const retrieval: Check = {
  name: 'retrieval',
  bar: `0 differing cells; at most ${MOST_EVENT} (event) and ${MOST_KNOWN} (known) of the hand-written join's CPU seconds; at most ${MOST_MIB} MiB above idle`,
  defect: {
    file: 'src/compile/sql/point-in-time-match.js',
    find: '} >= s."~from"',
    replace: '} - INTERVAL 1 HOUR >= s."~from"',
  },
  run: async () => retrievalOutcome(await offlineFeast()),
};

function retrievalOutcome({ ok, metrics }: BenchResult): Outcome {
  const {
    eventCpuToHandWritten,
    knownCpuToHandWritten,
    peakMiBAboveIdle,
    eventDifferences,
    knownDifferences,
  } = metrics;
  const isCheap =
    eventCpuToHandWritten! <= MOST_EVENT &&
    knownCpuToHandWritten! <= MOST_KNOWN &&
    peakMiBAboveIdle! <= MOST_MIB;
  const ratios = `${eventCpuToHandWritten!.toFixed(2)} (event) and ${knownCpuToHandWritten!.toFixed(2)} (known)`;
  return {
    ok: ok && isCheap,
    figure: `${eventDifferences} and ${knownDifferences} differing cells; ${ratios} of the hand-written join; ${peakMiBAboveIdle!.toFixed(0)} MiB above idle`,
  };
}
