import { join } from 'node:path';
import { LmdbOnlineStore } from '../../../src/online/adapter/lmdb.js';
import type { ManualClock } from '../../../src/platform/clock.js';
import type { Check, Outcome } from '../check.js';
import { runClocked } from '../rows/clocked-service.js';
import { type Door, FILE_DOORS, PUSH_DOORS, SourceDoors, type Workshop } from '../rows/doors.js';
import { inParallel } from '../rows/in-parallel.js';
import { ProjectApi } from '../rows/project-api.js';
import { Random } from '../rows/random.js';
import { exactText, type SentRow } from '../rows/row-text.js';
import { dataDirOf, withWorkshop } from '../rows/work-folder.js';
import { EdgeTimes } from './edge-times.js';
import { OTHERS, UP_TO_T } from './hop-specs.js';
import { lookedUp, oracleRow, retrieved } from './oracle-answers.js';
import { ReadingRows } from './reading-rows.js';
import { READING_COLUMNS, readingsSource } from './readings.js';
import { specDocument, type WindowSpec } from './window-spec.js';

const START = '2024-11-04T12:00:00Z';
const ORDERS = 24;
const ROWS = 240;
const THINGS = 3;
const MAX_PIECE_ROWS = 60;
const PIECES_AT_ONCE = 3;
const DOORS: readonly Door[] = [...PUSH_DOORS, ...FILE_DOORS];

/** Steps of the clock between lookups, microseconds. */
const STEPS_US = [0n, 1n, 999_999n, 59_000_000n, 3_600_000_000n, 86_400_000_000n, 600_000_000_000n];

/** One order in so many has its online state made anew before it is asked. */
const REBUILD_EVERY = 4;

const EXACT: readonly WindowSpec[] = [
  { name: 'few', aggregate: 'SUM', of: 'x', window: '1h', hop: '1us', max: 3 },
  {
    name: 'some',
    aggregate: 'LAST_N',
    of: 'n',
    number: 5,
    window: '3d',
    hop: '1us',
    max: 20,
    filter: 'flagged',
  },
  { name: 'all', aggregate: 'COUNT', of: 's', window: 'lifetime', hop: '1us', max: 200 },
];

const WITH_ORDERS = /^(FIRST|LAST)/;

/** States of `tiles` hold no order, so no sequence either: of the same rows they are the same bytes. */
const SETS: Readonly<Record<string, readonly WindowSpec[]>> = {
  tiles: [...UP_TO_T, ...OTHERS].filter(({ aggregate }) => !WITH_ORDERS.test(aggregate)),
  ends: [...UP_TO_T, ...OTHERS].filter(({ aggregate }) => WITH_ORDERS.test(aggregate)),
  exact: EXACT,
};

/** The same rows in many orders, cut and sent again at random, over every door: one state, and the same answers. */
export const order: Check = {
  name: 'order',
  bar: `${ORDERS} orders of arrival, cut at random, each row sent up to three times: the same answers and the same bytes of online state`,
  defect: {
    file: 'src/online/window/window-update.js',
    find: 'eventUs >= newestUs',
    replace: 'true',
  },
  run: () =>
    withWorkshop(async (workshop) => {
      const rows = differentRows();
      const differences = await runClocked(workshop.folder, START, async ({ baseUrl, clock }) => {
        const found: string[] = [];
        const answers = new Map<string, number>();
        for (let seed = 1; seed <= ORDERS; seed++) {
          const api = new ProjectApi(baseUrl, `order_${seed}`);
          const sent = await send(api, rows, { random: new Random(seed), workshop });
          if (seed === 1) found.push(...(await againstOracle(api, clock, sent)));
          const text = await answersOf(api, clock);
          if (answers.size > 0 && !answers.has(text)) found.push(`order ${seed} is answered otherwise`);
          answers.set(text, seed);
        }
        return found;
      });
      return outcomeOf([...differences, ...(await stateDifferences(dataDirOf(workshop)))]);
    }),
};

function outcomeOf(differences: readonly string[]): Outcome {
  const figure = `${differences.length} differences in ${ORDERS} orders of ${ROWS} rows over ${DOORS.length} doors`;
  return { ok: differences.length === 0, figure: [figure, ...differences.slice(0, 4)].join(' | ') };
}

/** Rows of which no two of a key tie: only then the order of arrival has no say (S10). */
function differentRows(): readonly SentRow[] {
  const random = new Random(0);
  const made = new ReadingRows(random, new EdgeTimes(random), THINGS);
  const rows = new Map<string, SentRow>();
  while (rows.size < ROWS) {
    const row = made.row(startUs());
    rows.set([row['k'], row['at'], row['created'], row['ord']].join(), row);
  }
  return [...rows.values()];
}

/** Sends the rows in a random order; gives them as they were sent. */
async function send(
  api: ProjectApi,
  rows: readonly SentRow[],
  { random, workshop }: { readonly random: Random; readonly workshop: Workshop },
): Promise<readonly SentRow[]> {
  await api.apply(documents());
  const doors = new SourceDoors(api, 'readings', READING_COLUMNS, workshop);
  const pieces = random.cut(random.shuffled(rows), MAX_PIECE_ROWS);
  await inParallel(pieces, PIECES_AT_ONCE, (piece, i) =>
    doors.send(random.pick(DOORS), piece, `${api.project}-${i}`),
  );
  if (random.whole(1, REBUILD_EVERY) === 1) await api.runJob('sources/readings/rebuild');
  return pieces.flat();
}

function documents(): readonly Readonly<Record<string, unknown>>[] {
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

const KEYS = Array.from({ length: THINGS + 1 }, (_, k) => BigInt(k));

/** One order is right; the others must only be the same. */
async function againstOracle(
  api: ProjectApi,
  clock: ManualClock,
  sent: readonly SentRow[],
): Promise<readonly string[]> {
  const rows = sent.map((row, i) => oracleRow(row, BigInt(i)));
  clock.set(startUs());
  const online = await lookedUp(api, { rows, sets: SETS }, KEYS);
  clock.set(startUs() + 86_400_000_000n);
  const questions = rows.map(({ columns, order: { eventTime } }) => ({
    k: columns['k'] as bigint,
    tUs: eventTime,
  }));
  const offline = await retrieved(
    api,
    { rows, sets: SETS },
    { knowledge: 'known', boundary: 'inclusive', questions },
  );
  return [...online, ...offline];
}

/** Every answer that an order is compared by, but for sequences: they are of the order. */
async function answersOf(api: ProjectApi, clock: ManualClock): Promise<string> {
  const answers: unknown[] = [];
  const entities = KEYS.map((k) => ({ k: Number(k) }));
  let nowUs = startUs();
  for (const stepUs of STEPS_US) {
    nowUs += stepUs;
    clock.set(nowUs);
    const include = ['statuses', 'eventTimes'];
    answers.push(await api.post('online/lookup', { featureService: 'windows', entities, include }));
  }
  clock.set(startUs());
  return exactText(answers);
}

function startUs(): bigint {
  return BigInt(Date.parse(START)) * 1_000n;
}

/** Online state without orders, project by project. Versions are numbered as they are registered: as documents are listed. */
async function stateDifferences(dataDir: string): Promise<readonly string[]> {
  const store = LmdbOnlineStore.open(join(dataDir, 'online'));
  try {
    const states: string[] = [];
    const first = 1 + documents().findIndex((document) => document['name'] === 'tiles');
    for (let i = 0; i < ORDERS; i++) states.push(await stateOf(store, first + i * documents().length));
    if (states[0] === '') return ['there is no online state'];
    return states.flatMap((text, i) =>
      text === states[0] ? [] : [`state of order ${i + 1} has other bytes`],
    );
  } finally {
    await store.close();
  }
}

/** Blocks only: how many rows came late is of the order. */
async function stateOf(store: LmdbOnlineStore, setId: number): Promise<string> {
  let text = '';
  for await (const { key, windows } of store.scanWindows(setId)) {
    const blocks = windows.blocks.map(({ series, number, bytes }) => `${series}/${number} ${hex(bytes)}`);
    text += `${hex(key)} ${windows.header.newestUs}\n${blocks.join('\n')}\n`;
  }
  return text;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
