import type { ManualClock } from '../../../src/platform/clock.js';
import type { OracleRow } from '../../support/windows-oracle.js';
import type { Check } from '../check.js';
import { withClockedService } from '../rows/clocked-service.js';
import { pushOf } from '../rows/doors.js';
import { ProjectApi } from '../rows/project-api.js';
import { Random } from '../rows/random.js';
import type { SentRow } from '../rows/row-text.js';
import { EdgeTimes } from './edge-times.js';
import { OTHERS, UP_TO_T } from './hop-specs.js';
import { lookedUp, oracleRow, retrieved } from './oracle-answers.js';
import { ReadingRows } from './reading-rows.js';
import { READING_COLUMNS, readingsSource } from './readings.js';
import { turningTimes } from './turning-times.js';
import { specDocument, specFeatures, type WindowSpec } from './window-spec.js';

/** In the spring in which both zones change their clocks, some weeks apart. */
const START = '2024-04-01T00:00:00Z';
const ROWS = 400;
/** Rows that are sent together, the later ones of them first as often as not. */
const PIECE_ROWS = 10;
const ONLINE_INSTANTS_A_PIECE = 25;
const OFFLINE_INSTANTS = 750;
/** How far instants are ahead of the newest row: rows that come next are late then. */
const AHEAD_US = 3n * 86_400_000_000n;
const SEED = 20_240_331;

const SETS: Readonly<Record<string, readonly WindowSpec[]>> = { up_to_t: UP_TO_T, others: OTHERS };

/** Windows of every default hop against a look at every row, at instants on and beside the edges where they change. */
export const hops: Check = {
  name: 'hops',
  bar: '0 differences from the naive oracle, online and under both rules, at thousands of instants on and beside edges',
  defect: {
    file: 'src/online/window/tile-series-reader.js',
    find: 'numbers[at] < end',
    replace: 'numbers[at] <= end',
  },
  run: () =>
    withClockedService(START, async ({ baseUrl, clock }) => {
      const api = new ProjectApi(baseUrl, 'hops');
      await api.apply(documents());
      const random = new Random(SEED);
      const online = await sendAndLookUp(api, clock, random);
      const differences = [...online.differences];
      const sent = { rows: online.rows, sets: SETS };
      const times = () =>
        Array.from({ length: OFFLINE_INSTANTS }, () => ({
          k: keyOf(random),
          tUs: random.pick(online.turns),
        }));
      for (const knowledge of ['event', 'known'] as const)
        for (const boundary of ['inclusive', 'exclusive'] as const)
          differences.push(...(await retrieved(api, sent, { knowledge, boundary, questions: times() })));
      const figure = `${differences.length} differences in ${online.instants} instants online and ${4 * OFFLINE_INSTANTS} retrieved, ${UP_TO_T.length + OTHERS.length} features over ${ROWS} rows`;
      return { ok: differences.length === 0, figure: [figure, ...differences.slice(0, 4)].join(' | ') };
    }),
};

function documents(): readonly unknown[] {
  return [
    readingsSource('readings'),
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    ...Object.entries(SETS).map(([name, specs]) => ({
      ...{ kind: 'FeatureSet', name, entity: 'thing', source: 'readings' },
      features: specs.map(specDocument),
    })),
    {
      kind: 'FeatureService',
      name: 'windows',
      entries: Object.keys(SETS).map((featureSet) => ({ featureSet })),
    },
  ];
}

const THINGS = 3;

/** Some of them of keys that no row has. */
const keyOf = (random: Random): bigint => BigInt(random.whole(0, THINGS));

type Sent = {
  readonly rows: readonly OracleRow[];
  /** Instants at which a row enters or leaves a window, and beside them. */
  readonly turns: readonly bigint[];
  readonly instants: number;
  readonly differences: readonly string[];
};

/** Sends the rows in the order of time, but for late ones, and looks up in between. */
async function sendAndLookUp(api: ProjectApi, clock: ManualClock, random: Random): Promise<Sent> {
  const all = rowsUntil(clock.nowUs(), random);
  const windows = Object.values(SETS).flatMap((specs) => specs.flatMap(specFeatures));
  const turns = turningTimes(
    all.map((row) => row['at'] as bigint),
    windows.map(({ window }) => window),
  );
  const differences: string[] = [];
  const rows: OracleRow[] = [];
  let instants = 0;
  for (let start = 0; start < all.length; start += PIECE_ROWS) {
    const piece = random.shuffled(all.slice(start, start + PIECE_ROWS));
    const newestUs = all[Math.min(start + PIECE_ROWS, all.length) - 1]!['at'] as bigint;
    clock.set(newestUs);
    const { type, body } = pushOf(random.pick(['json', 'ndjson', 'arrow']), READING_COLUMNS, piece);
    await api.send('POST', 'sources/readings/rows', { type, body });
    rows.push(...piece.map((row, i) => oracleRow(row, BigInt(start + i))));
    const due = turns.filter((us) => us >= newestUs && us <= newestUs + AHEAD_US);
    const chosen = random.shuffled(due).slice(0, ONLINE_INSTANTS_A_PIECE);
    for (const tUs of chosen) {
      clock.set(tUs);
      instants++;
      const keys = [keyOf(random), keyOf(random)];
      differences.push(...(await lookedUp(api, { rows, sets: SETS }, keys)));
    }
  }
  clock.set(turns.at(-1)! + 1_000_000n);
  return { rows, turns, instants, differences };
}

/** In the order of their event times. */
function rowsUntil(nowUs: bigint, random: Random): readonly SentRow[] {
  const made = new ReadingRows(random, new EdgeTimes(random), THINGS);
  const rows = Array.from({ length: ROWS }, () =>
    made.row(nowUs - random.pick([0n, random.wholeUs(0n, 40n * 86_400_000_000n)])),
  );
  return rows.sort((a, b) => Number((a['at'] as bigint) - (b['at'] as bigint)));
}
