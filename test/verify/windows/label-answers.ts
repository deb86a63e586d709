import type { ProjectApi } from '../rows/project-api.js';
import { exactText, jsonRow } from '../rows/row-text.js';
import type { KnownFlights } from './known-flights.js';
import { LABEL_SETS, type LabelCell, labelCell } from './label-specs.js';

/** Whose labels are asked for, and as of when, microseconds. */
export type LabelQuestion = { readonly origin: string; readonly carrier: string; readonly tUs: bigint };

const RULES = ['event', 'known', 'served'] as const;

type Asked = {
  readonly knowledge: (typeof RULES)[number];
  readonly boundary: 'inclusive' | 'exclusive';
  readonly questions: readonly LabelQuestion[];
};

/** An answer and what its report says. */
export type LabelAnswer = {
  readonly asked: Asked;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly report: LabelReport;
};

type LabelReport = {
  readonly immature: number;
  readonly leakCount: number;
  readonly snapshot: Readonly<Record<string, string>>;
};

/** Asks under every rule, of history as it is now. */
export async function askLabels(
  api: ProjectApi,
  questions: readonly LabelQuestion[],
): Promise<readonly LabelAnswer[]> {
  const answers: LabelAnswer[] = [];
  for (const knowledge of RULES)
    for (const boundary of ['inclusive', 'exclusive'] as const)
      answers.push(await retrieve(api, { knowledge, boundary, questions }));
  return answers;
}

/** Answers that their own snapshots do not give any more (S19). */
export async function changedSince(
  api: ProjectApi,
  answers: readonly LabelAnswer[],
): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const { asked, rows, report } of answers) {
    const again = await retrieve(api, asked, report.snapshot);
    if (exactText(again.rows) !== exactText(rows))
      differences.push(
        `snapshot ${JSON.stringify(report.snapshot)} answers ${asked.knowledge} otherwise now`,
      );
  }
  return differences;
}

/** What an answer differs in from the oracle. */
export function labelDifferences(answer: LabelAnswer, known: KnownFlights): readonly string[] {
  const cells = answer.asked.questions.flatMap((_, place) => cellsOf(answer, place, known));
  const differing = cells.filter(({ got, due }) => exactText(got) !== exactText(due));
  return [
    ...differing.map(({ what, got, due }) => `${what} is ${exactText(got)}, not ${exactText(due)}`),
    ...reportDifferences(answer, cells),
  ];
}

type AnsweredCell = {
  readonly what: string;
  readonly got: LabelCell;
  readonly due: LabelCell;
  readonly isImmature: boolean;
  /** Whether `known` and `event` differ in it. */
  readonly isLeak: boolean;
};

function cellsOf({ asked, rows }: LabelAnswer, place: number, known: KnownFlights): readonly AnsweredCell[] {
  const { knowledge, boundary, questions } = asked;
  const [question, row] = [questions[place]!, rows[place]!];
  const tUs = boundary === 'inclusive' ? question.tUs : question.tUs - 1n;
  return LABEL_SETS.flatMap((set) => {
    const key = question[set.key];
    const byEvent = known.of(set, key, 'event');
    const byKnown = known.of(set, key, 'known');
    return set.labels.map((label) => {
      const event = labelCell(set, label, byEvent, tUs);
      const other = labelCell(set, label, byKnown, tUs);
      const name = `${set.alias}__${label.name}`;
      return {
        what: `${knowledge}, ${boundary}: ${name} of ${key} at ${String(row['t'])}`,
        got: { value: row[name], status: String(row[`${name}__status`]) },
        due: knowledge === 'event' ? event : other,
        isImmature: event.status === 'NOT_FOUND',
        isLeak: exactText(event) !== exactText(other),
      };
    });
  });
}

function reportDifferences(
  { asked: { knowledge }, report }: LabelAnswer,
  cells: readonly AnsweredCell[],
): readonly string[] {
  const due = {
    immature: cells.filter(({ isImmature }) => isImmature).length,
    // What was served has no other rule beside it.
    ...(knowledge !== 'served' && { leakCount: cells.filter(({ isLeak }) => isLeak).length }),
  };
  return Object.entries(due).flatMap(([name, count]) => {
    const told = report[name as keyof typeof due];
    return told === count ? [] : [`${knowledge}: the report has ${name} ${told}, not ${count}`];
  });
}

async function retrieve(
  api: ProjectApi,
  asked: Asked,
  snapshot?: LabelReport['snapshot'],
): Promise<LabelAnswer> {
  const { knowledge, boundary, questions } = asked;
  const frame = questions.map(({ origin, carrier, tUs }) => jsonRow(FRAME, { origin, carrier, t: tUs }));
  const at = snapshot === undefined ? '' : `&snapshot=${encodeURIComponent(JSON.stringify(snapshot))}`;
  const path = `retrievals?featureService=labels&time=t&include=status&knowledge=${knowledge}&boundary=${boundary}${at}`;
  const { bytes, headers } = await api.send('POST', path, { body: `{"rows":[${frame.join(',')}]}` });
  const { rows } = JSON.parse(bytes.toString()) as Pick<LabelAnswer, 'rows'>;
  return { asked, rows, report: JSON.parse(headers.get('plumbline-report')!) as LabelReport };
}

const FRAME = [
  { name: 'origin', type: 'STRING' },
  { name: 'carrier', type: 'STRING' },
  { name: 't', type: 'TIMESTAMP' },
] as const;
