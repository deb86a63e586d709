import type { Check } from '../check.js';
import { type Door, FILE_DOORS, PUSH_DOORS, SourceDoors, type Workshop } from './doors.js';
import { inParallel } from './in-parallel.js';
import { ProjectApi } from './project-api.js';
import { Random } from './random.js';
import { queryDifferences, stateDifferences, TRAP_CLOCK, trapDocuments } from './trap-answers.js';
import { readTraps, statesAfter, TRAP_COLUMNS, type Traps } from './trap-data.js';
import { startIn, withWorkshop } from './work-folder.js';

const ORDERS = 200;

/** Orders at once; each of them sends some pieces at once. */
const ORDERS_AT_ONCE = 2;
const PIECES_AT_ONCE = 3;

/** Most rows that go through one door together. */
const MAX_PIECE_ROWS = 150;

/** Limits of age have nothing to do with order, and cost most of the time: every so many orders are asked with them. */
const AGES_EVERY = 10;

const DOORS: readonly Door[] = [...PUSH_DOORS, ...FILE_DOORS];

/** The awkward rows in random orders, each in a project of its own, in pieces through random doors: all end the same. */
export const orders: Check = {
  name: 'orders',
  bar: `0 differences in final states and latest queries, event and known, for ${ORDERS} random orders of arrival over every door`,
  defect: {
    file: 'src/online/adapter/stored-row.js',
    find: 'writeSortableInt64(bytes, order.orderTime, ',
    replace: 'writeSortableInt64(bytes, 0n, ',
  },
  run: () =>
    withWorkshop(async (workshop) => {
      const traps = await readTraps();
      const service = await startIn(workshop, { clock: TRAP_CLOCK });
      try {
        const seeds = Array.from({ length: ORDERS }, (_, i) => i + 1);
        const found = await inParallel(seeds, ORDERS_AT_ONCE, async (seed) => {
          const api = new ProjectApi(service.baseUrl, `order_${seed}`);
          const asked = seed % AGES_EVERY === 0 ? traps : withoutAges(traps);
          const differences = await differencesOf(api, asked, new Random(seed), workshop);
          return differences.map((difference) => `order ${seed}: ${difference}`);
        });
        const differences = found.flat();
        return {
          ok: differences.length === 0,
          figure: [
            `${differences.length} differences in ${ORDERS} orders over ${DOORS.length} doors`,
            ...differences.slice(0, 3),
          ].join(' | '),
        };
      } finally {
        await service.stop();
      }
    }),
};

function withoutAges(traps: Traps): Traps {
  return { ...traps, queries: traps.queries.filter(({ maxAgeUs }) => maxAgeUs === null) };
}

async function differencesOf(
  api: ProjectApi,
  traps: Traps,
  random: Random,
  workshop: Workshop,
): Promise<readonly string[]> {
  await api.apply(trapDocuments(traps));
  const doors = new SourceDoors(api, 'traps', TRAP_COLUMNS, workshop);
  const pieces = random.cut(random.shuffled(traps.rows), MAX_PIECE_ROWS).map((rows) => ({
    rows: rows.map(({ values }) => values),
    door: random.pick(DOORS),
  }));
  await inParallel(pieces, PIECES_AT_ONCE, ({ door, rows }, i) =>
    doors.send(door, rows, `${api.project}-${i}`),
  );
  return [
    ...(await stateDifferences(api, statesAfter(traps, traps.rows.length))),
    ...(await queryDifferences(api, traps, 'event')),
    ...(await queryDifferences(api, traps, 'known')),
  ];
}
