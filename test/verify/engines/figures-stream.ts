import { type BenchResult, median } from '../../../bench/conditions.js';
import { LEAST_ROWS_A_SECOND, leastRowsPerSecond, stream } from '../../../bench/stream.js';
import { type Check, measured, type Outcome } from '../check.js';
import { FULL_SIZE } from './online-run.js';

const MOST_P99_MS = 500;

/** A topic to a Redis Cluster and history, on the cores that broker and Redis share with the service. */
export const figuresStream: Check = {
  name: 'figures-stream',
  bar: `12 windowed features: ${LEAST_ROWS_A_SECOND} rows a second from Kafka to Redis Cluster and history, or half of what the client alone reads; p99 from a row's sending to its answer below ${MOST_P99_MS} ms at half that rate (medians of 5)`,
  defect: {
    file: 'src/ingest/stream-source.js',
    find: 'const offered = reader.offered(messages);',
    replace: 'await sleep(600); const offered = reader.offered(messages);',
  },
  run: () => measured(() => stream(FULL_SIZE), judged),
};

function judged(runs: readonly BenchResult[]): Outcome {
  const of = (metric: string): number => median(runs.map(({ metrics }) => metrics[metric]!));
  const [rows, bare, p99] = [of('rowsPerSecond'), of('bareRowsPerSecond'), of('freshnessP99Ms')];
  const isRight = runs.every(({ ok }) => ok);
  return {
    ok: isRight && rows >= leastRowsPerSecond(bare) && p99 < MOST_P99_MS,
    figure: `${rows} rows a second (the client alone ${bare}), p50 ${of('freshnessP50Ms')} ms and p99 ${p99} ms at ${of('freshnessRowsPerSecond')} a second${isRight ? '' : '; counts differ, or rows were not seen'}`,
  };
}
