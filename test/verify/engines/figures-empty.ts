import { type Check, measured } from '../check.js';
import { onlineOnce } from './online-run.js';

const LEAST_OF_EMPTY = 0.45;
const MOST_P99_MS = 3;

/** A lookup beside a server that does nothing, which is what is possible here, and its latency at a rate. */
export const figuresEmpty: Check = {
  name: 'figures-empty',
  bar: `50 x 1: at least ${LEAST_OF_EMPTY} of an empty node:http server's requests a second; p99 at 500 a second below ${MOST_P99_MS} ms`,
  defect: {
    file: 'src/online/lookup.js',
    find: 'const plan = this.planOf(service);',
    replace:
      'for (const until = performance.now() + 4; performance.now() < until; ); const plan = this.planOf(service);',
  },
  run: () =>
    measured(
      onlineOnce,
      ([result]) => {
        const { ratioToEmptyServer, p99At500Ms, lateP99At500Ms, onePerSecond } = result!.metrics;
        return {
          ok: result!.ok && ratioToEmptyServer! >= LEAST_OF_EMPTY && p99At500Ms! < MOST_P99_MS,
          figure: `${ratioToEmptyServer} of the empty server (${onePerSecond} a second), p99 ${p99At500Ms} ms, sent ${lateP99At500Ms} ms late at p99${result!.ok ? '' : '; answers differ or failed'}`,
        };
      },
      1,
    ),
};
