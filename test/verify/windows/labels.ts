import { openDuckDb } from '../../../demo/duckdb.js';
import type { ManualClock } from '../../../src/platform/clock.js';
import type { Check, Outcome } from '../check.js';
import { withClockedService } from '../rows/clocked-service.js';
import { pushOf } from '../rows/doors.js';
import { ProjectApi } from '../rows/project-api.js';
import { Random } from '../rows/random.js';
import type { Column } from '../rows/row-text.js';
import { flightColumn, flightSources } from './flight-sources.js';
import { KnownFlights } from './known-flights.js';
import {
  askLabels,
  changedSince,
  type LabelAnswer,
  type LabelQuestion,
  labelDifferences,
} from './label-answers.js';
import { type Delivery, deliveriesOf } from './label-deliveries.js';
import { completeAfterUs, LABEL_SETS, labelDocument, windowUs } from './label-specs.js';

/** Days on which snow cancelled hundreds of flights, and delayed the others. */
const DAYS = { from: '2013-02-07T05:00:00Z', to: '2013-02-11T05:00:00Z' } as const;
/** After as many deliveries the snapshot is asked. */
const DELIVERIES_A_SNAPSHOT = 8;
const QUESTIONS = 100;
const SEED = 20_130_207;

/** Labels of real flights against a look at every row, while rows come late and early, and of the same snapshots afterwards. */
export const labels: Check = {
  name: 'labels',
  bar: '0 differences from the naive oracle in value, status and report, on and beside edges and snapshots, by every rule; the same of each snapshot afterwards',
  // Taken for complete a microsecond before its last row can have come.
  defect: {
    file: 'src/compile/window/windowed-values.js',
    find: 'instantOf(snapshotUs - completeAfterUs)',
    replace: 'instantOf(snapshotUs - completeAfterUs + 1n)',
  },
  run: () =>
    withClockedService(DAYS.from, async ({ baseUrl, clock }) => {
      const api = new ProjectApi(baseUrl, 'labels');
      await api.apply(documents());
      const random = new Random(SEED);
      const deliveries = await deliveriesOf(await openDuckDb(), DAYS, random);
      const known = new KnownFlights();
      const answers: LabelAnswer[] = [];
      const differences: string[] = [];
      for (const [place, delivery] of deliveries.entries()) {
        await deliver(api, clock, delivery);
        known.add(delivery);
        if ((place + 1) % DELIVERIES_A_SNAPSHOT !== 0) continue;
        const asked = await askLabels(api, questionsOf(known, clock.nowUs(), random));
        answers.push(...asked);
        differences.push(...asked.flatMap((answer) => labelDifferences(answer, known)));
      }
      differences.push(...(await changedSince(api, answers)));
      return outcomeOf(answers, differences);
    }),
};

function documents(): readonly unknown[] {
  const entities = ['origin', 'carrier'].map((name) => ({
    ...{ kind: 'Entity', name },
    keys: [{ name, type: 'STRING' }],
  }));
  const entries = LABEL_SETS.map(({ alias }) => ({ featureSet: alias }));
  return [
    ...flightSources(),
    ...entities,
    ...LABEL_SETS.map(labelDocument),
    { kind: 'FeatureService', name: 'labels', entries },
  ];
}

const COLUMNS: Readonly<Record<Delivery['source'], readonly Column[]>> = {
  departures: columnsOf(['dep_delay', 'dest']),
  arrivals: columnsOf(['arr_delay']),
};

function columnsOf(own: readonly string[]): readonly Column[] {
  const named = ['flight_id', 'origin', 'carrier', 'tailnum', ...own].map(flightColumn);
  return [...named, { name: 'at', type: 'TIMESTAMP' }, { name: 'reported', type: 'TIMESTAMP' }];
}

async function deliver(
  api: ProjectApi,
  clock: ManualClock,
  { source, arrivalUs, rows }: Delivery,
): Promise<void> {
  clock.set(arrivalUs);
  const { type, body } = pushOf('ndjson', COLUMNS[source], rows);
  await api.send('POST', `sources/${source}/rows`, { type, body });
}

const [ORIGINS, CARRIERS] = [
  ['EWR', 'JFK', 'LGA', 'nowhere'],
  ['UA', 'B6', 'DL', 'HA', 'nobody'],
] as const;

/** As of instants at which labels become complete, begin or end at a snapshot or at a row, and beside them. */
function questionsOf(known: KnownFlights, nowUs: bigint, random: Random): readonly LabelQuestion[] {
  const specs = LABEL_SETS.flatMap((set) => set.labels);
  const reaches = [...new Set([0n, ...specs.flatMap((label) => [windowUs(label), completeAfterUs(label)])])];
  const before = (us: bigint): readonly bigint[] => reaches.map((reachUs) => us - reachUs);
  const edges = known.snapshotsUs.flatMap(before);
  const { eventTimes } = known;
  return Array.from({ length: QUESTIONS }, () => {
    const edgeUs = random.pick(random.chance(0.5) ? edges : before(random.pick(eventTimes)));
    const tUs = edgeUs + random.pick([-1n, 0n, 1n]);
    return { origin: random.pick(ORIGINS), carrier: random.pick(CARRIERS), tUs: tUs > nowUs ? nowUs : tUs };
  });
}

/** Without labels of every kind nothing would be shown. */
function outcomeOf(answers: readonly LabelAnswer[], differences: readonly string[]): Outcome {
  const cells = answers.flatMap(({ rows }) =>
    rows.flatMap((row) => Object.entries(row).filter(([name]) => name.endsWith('__status'))),
  );
  const counts = ['PRESENT', 'NULL', 'NOT_FOUND'].map(
    (status) => cells.filter(([, each]) => each === status).length,
  );
  const leaks = answers.reduce((sum, { report }) => sum + report.leakCount, 0);
  const figure = `${differences.length} differences in ${cells.length} labels of ${answers.length} answers: ${counts[0]} present, ${counts[1]} of nothing, ${counts[2]} not complete; ${leaks} differ by what was known`;
  return {
    ok: differences.length === 0 && [...counts, leaks].every((count) => count > 0),
    figure: [figure, ...differences.slice(0, 4)].join(' | '),
  };
}
