import { setTimeout as sleep } from 'node:timers/promises';
import { parseTimestamp } from '../../../src/definition/time.js';
import type { Check } from '../check.js';
import { PUSH_TYPE, SourceDoors, type Workshop } from './doors.js';
import { ProjectApi } from './project-api.js';
import { Random } from './random.js';
import { arrow } from './row-arrow.js';
import type { Column, SentRow } from './row-text.js';
import { startIn, withWorkshop } from './work-folder.js';

const SEED = 20_131_105;
/** With so many rows the plan is chosen by what is compacted. */
const FRAME_ROWS = 20_000;
const KEYS = 500;

/** The month that the frame asks about, and its rows; then what comes late: more than history takes before it is compacted. */
const MONTH = '2024-02-01T00:00:00Z';
const MONTH_LATER = '2024-03-05T00:00:00Z';
const FIRST_ROWS = 20_000;
const LATE_ROWS = 130_000;
const PUSHED_ROWS = 1_000;

/** History is compacted when a source was quiet between two looks, 2 s apart. */
const COMPACTION_DEADLINE_MS = 30_000;
const LOOK_AGAIN_MS = 500;

const ANSWERS = [
  'application/vnd.apache.parquet',
  'application/vnd.apache.arrow.stream',
  'text/csv',
  'application/json',
].flatMap((accept) => (['event', 'known'] as const).map((knowledge) => ({ accept, knowledge })));

/** One frame, retrieved at one position of history before and after that history grew, was compacted and opened again. */
export const snapshot: Check = {
  name: 'snapshot',
  bar: 'the same bytes at a snapshot before and after a month of late rows, compaction and restart',
  defect: {
    file: 'src/compile/sql/point-in-time-steps.js',
    find: 'sequence} <= $',
    replace: 'sequence} <= 1000000000 + $',
  },
  run: () =>
    withWorkshop(async (workshop) => {
      const random = new Random(SEED);
      const frame = arrow(FRAME_COLUMNS, frameRows(random));
      const before = await atClock(workshop, MONTH, async (api) => {
        await api.apply(DOCUMENTS);
        await doorsOf(api, workshop).send('rows.parquet', rowsOf(random, FIRST_ROWS, false), 'first');
        return retrieveAll(api, frame, null);
      });
      const grown = await atClock(workshop, MONTH_LATER, async (api) => {
        const doors = doorsOf(api, workshop);
        await doors.send('rows.parquet', rowsOf(random, LATE_ROWS, true), 'late');
        await doors.send('json', rowsOf(random, PUSHED_ROWS, true), 'later');
        const plan = await whenCompacted(api, frame);
        return { plan, repeated: await retrieveAll(api, frame, before.snapshot) };
      });
      const later = await atClock(workshop, MONTH_LATER, async (api) => ({
        repeated: await retrieveAll(api, frame, before.snapshot),
        latest: await retrieveAll(api, frame, null),
      }));
      return outcomeOf(before, {
        plan: grown.plan,
        repeats: [grown.repeated, later.repeated],
        latest: later.latest,
      });
    }),
};

type Retrieved = { readonly snapshot: string; readonly bytes: readonly Buffer[] };

function outcomeOf(
  before: Retrieved,
  after: { readonly plan: string; readonly repeats: readonly Retrieved[]; readonly latest: Retrieved },
) {
  const isSame = (other: Retrieved, i: number): boolean => before.bytes[i]!.equals(other.bytes[i]!);
  const differing = ANSWERS.flatMap(({ accept, knowledge }, i) =>
    after.repeats.every((repeat) => isSame(repeat, i)) ? [] : [`${accept} ${knowledge}`],
  );
  // Rows that change no answer would prove nothing.
  const unmoved = ANSWERS.filter((_, i) => isSame(after.latest, i)).length;
  const isCompacted = after.plan === 'compacted';
  const kept = ANSWERS.length - differing.length;
  return {
    ok: differing.length === 0 && unmoved === 0 && isCompacted,
    figure: [
      `${kept} of ${ANSWERS.length} answers repeated byte for byte at ${before.snapshot} after ${LATE_ROWS} late rows`,
      ...differing,
      ...(unmoved === 0 ? [] : [`${unmoved} answers did not change without the snapshot`]),
      ...(isCompacted ? [] : [`history was not compacted: plan "${after.plan}"`]),
    ].join(' | '),
  };
}

async function atClock<T>(
  workshop: Workshop,
  clock: string,
  work: (api: ProjectApi) => Promise<T>,
): Promise<T> {
  const service = await startIn(workshop, { clock });
  try {
    return await work(new ProjectApi(service.baseUrl, 'snapshot'));
  } finally {
    await service.stop();
  }
}

/** Every answer to the frame, and the position that they rest on. */
async function retrieveAll(
  api: ProjectApi,
  frame: Uint8Array<ArrayBuffer>,
  at: string | null,
): Promise<Retrieved> {
  const bytes: Buffer[] = [];
  let position = at;
  for (const answer of ANSWERS) {
    const { report, body } = await retrieve(api, frame, { ...answer, position });
    position ??= JSON.stringify(report.snapshot);
    if (JSON.stringify(report.snapshot) !== position)
      throw new Error(`asked at ${position}, answered at ${JSON.stringify(report.snapshot)}`);
    bytes.push(body);
  }
  return { snapshot: position!, bytes };
}

type Asked = { readonly accept: string; readonly knowledge: string; readonly position: string | null };

type Report = {
  readonly snapshot: Readonly<Record<string, string>>;
  readonly plan: Readonly<Record<string, string>>;
};

async function retrieve(
  api: ProjectApi,
  frame: Uint8Array<ArrayBuffer>,
  { accept, knowledge, position }: Asked,
): Promise<{ readonly report: Report; readonly body: Buffer }> {
  const query = new URLSearchParams({
    featureService: 'it',
    time: 'as_of',
    knowledge,
    include: 'status,eventTime',
  });
  if (position !== null) query.set('snapshot', position);
  const sent = { body: frame, type: PUSH_TYPE.arrow, headers: { accept } };
  const answer = await api.send('POST', `retrievals?${query}`, sent);
  return { report: JSON.parse(answer.headers.get('plumbline-report')!) as Report, body: answer.bytes };
}

/** Waits for the compaction in the background; gives the plan that a retrieval takes then. */
async function whenCompacted(api: ProjectApi, frame: Uint8Array<ArrayBuffer>): Promise<string> {
  const deadline = performance.now() + COMPACTION_DEADLINE_MS;
  for (;;) {
    const { report } = await retrieve(api, frame, { ...ANSWERS[0]!, position: null });
    const plan = report.plan['readings']!;
    if (plan === 'compacted' || performance.now() > deadline) return plan;
    await sleep(LOOK_AGAIN_MS);
  }
}

const COLUMNS: readonly Column[] = [
  { name: 'k', type: 'INT64' },
  { name: 'at', type: 'TIMESTAMP' },
  { name: 'created', type: 'TIMESTAMP' },
  { name: 'gone', type: 'BOOL' },
  { name: 'x', type: 'FLOAT64' },
  { name: 's', type: 'STRING' },
];

const FRAME_COLUMNS: readonly Column[] = [
  { name: 'label', type: 'STRING' },
  { name: 'k', type: 'INT64' },
  { name: 'as_of', type: 'TIMESTAMP' },
];

const DOCUMENTS = [
  { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
  {
    ...{ kind: 'Source', name: 'readings', columns: COLUMNS },
    ...{ eventTime: 'at', createdTime: 'created', tombstone: 'gone' },
  },
  {
    ...{ kind: 'FeatureSet', name: 'readings', entity: 'thing', source: 'readings', maxAge: '2d' },
    features: [{ name: 'x' }, { name: 's', default: 'none' }, { name: 'twice', expression: 'x * 2.0' }],
  },
  { kind: 'FeatureService', name: 'it', entries: [{ featureSet: 'readings' }] },
];

function doorsOf(api: ProjectApi, workshop: Workshop): SourceDoors {
  return new SourceDoors(api, 'readings', COLUMNS, workshop);
}

const HOUR_US = 3_600_000_000n;
const MONTH_US = parseTimestamp(MONTH)!;

/** Times of the month before {@link MONTH}, whole seconds. */
function timeBefore(random: Random): bigint {
  return MONTH_US - BigInt(random.whole(0, 31 * 24 * 3_600)) * 1_000_000n;
}

function frameRows(random: Random): readonly SentRow[] {
  return Array.from({ length: FRAME_ROWS }, (_, i) => ({
    label: i % 7 === 0 ? null : `row, "${i}"`,
    k: random.chance(0.02) ? null : BigInt(random.whole(0, KEYS)),
    as_of: timeBefore(random),
  }));
}

/** Late rows became known after the month; some are backdated, so that they count under every rule. */
function rowsOf(random: Random, count: number, areLate: boolean): readonly SentRow[] {
  return Array.from({ length: count }, (_, i) => {
    const at = timeBefore(random);
    const lag = BigInt(random.whole(0, 3)) * HOUR_US;
    return {
      k: BigInt(random.whole(0, KEYS - 1)),
      at,
      created: areLate && random.chance(0.7) ? MONTH_US + lag * 100n : at + lag,
      gone: random.chance(0.05),
      x: random.chance(0.1) ? null : random.next() * (i % 2 === 0 ? 1 : -1e9),
      s: random.pick([null, '', 'a "quoted", text', `${i}`]),
    };
  });
}
