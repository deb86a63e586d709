import { startup } from '../../../bench/startup.js';
import { type Check, measured } from '../check.js';

const MOST_SECONDS = 2;
const MOST_IDLE_MIB = 250;

/** The service as in production, begun five times on what it knows already. */
export const figuresStartup: Check = {
  name: 'figures-startup',
  bar: `over PostgreSQL, Redis and Kafka: healthy within ${MOST_SECONDS} s, below ${MOST_IDLE_MIB} MiB at rest (medians of 5)`,
  defect: {
    file: 'src/serve.js',
    find: 'await app.listen(',
    replace: 'await new Promise((resolve) => setTimeout(resolve, 3000));\n    await app.listen(',
  },
  run: () =>
    measured(
      startup,
      ([result]) => {
        const { seconds, firstSeconds, idleRssMiB } = result!.metrics;
        return {
          ok: seconds! <= MOST_SECONDS && idleRssMiB! < MOST_IDLE_MIB,
          figure: `${seconds!.toFixed(2)} s (the first start ${firstSeconds!.toFixed(2)} s), ${idleRssMiB} MiB`,
        };
      },
      1,
    ),
};
