import type { LoggedRow } from './kill-audit.js';
import { type Ledger, SOURCES, type SourceName, THINGS } from './kill-ledger.js';
import { isNewer } from './newest-row.js';
import type { ProjectApi } from './project-api.js';
import { jsonText } from './row-text.js';

/** Entities of one lookup at most. */
const LOOKUP_ENTITIES = 10_000;

/** What one entity is answered with. */
export type EntityAnswer = {
  readonly values: readonly unknown[];
  readonly statuses: readonly string[];
  readonly eventTimes: readonly (string | null)[];
  readonly sequence: number | null;
};

type Lookup = {
  readonly results: readonly Omit<EntityAnswer, 'sequence'>[];
  readonly sequences: readonly Readonly<Record<string, number | null>>[];
};

/** A source's two feature sets: one entity a row, by `id`, and some entities with many rows, by `k`. */
export function killDocuments(): readonly unknown[] {
  const features = ['id', 'n', 'v'].map((name) => ({ name }));
  return [
    { kind: 'Entity', name: 'row', keys: [{ name: 'id', type: 'STRING' }] },
    { kind: 'Entity', name: 'thing', keys: [{ name: 'k', type: 'INT64' }] },
    ...SOURCES.flatMap((source) => [
      ...['row', 'thing'].flatMap((entity) => [
        { kind: 'FeatureSet', name: `${source}_${entity}`, entity, source, features },
        {
          kind: 'FeatureService',
          name: `${source}_${entity}`,
          entries: [{ featureSet: `${source}_${entity}`, alias: 'it' }],
        },
      ]),
    ]),
  ];
}

/** Answers for the rows of the given ids, in their order. */
export async function lookupRows(
  api: ProjectApi,
  source: SourceName,
  ids: readonly string[],
): Promise<readonly EntityAnswer[]> {
  const answers: EntityAnswer[] = [];
  for (let start = 0; start < ids.length; start += LOOKUP_ENTITIES) {
    const entities = ids.slice(start, start + LOOKUP_ENTITIES).map((id) => ({ id }));
    answers.push(...(await lookup(api, `${source}_row`, entities)));
  }
  return answers;
}

/** Answers for every `k`. */
export function lookupThings(api: ProjectApi, source: SourceName): Promise<readonly EntityAnswer[]> {
  return lookup(
    api,
    `${source}_thing`,
    Array.from({ length: THINGS }, (_, k) => ({ k })),
  );
}

async function lookup(
  api: ProjectApi,
  featureService: string,
  entities: readonly object[],
): Promise<readonly EntityAnswer[]> {
  const { results, sequences } = await api.post<Lookup>('online/lookup', { featureService, entities });
  return results.map((result, i) => ({ ...result, sequence: sequences[i]!['it']! }));
}

/** Online state against the newest row of each entity in history, and how far each knew (S10, S18). */
export function auditOnline(
  ledger: Ledger,
  answers: { readonly rows: readonly EntityAnswer[]; readonly things: readonly EntityAnswer[] },
  history: readonly LoggedRow[],
): void {
  history.forEach((row, i) => {
    compare(ledger, `row ${row.id}`, answers.rows[i]!, { newest: row, last: row.sequence });
  });
  const things = new Map<bigint, { newest: LoggedRow; last: bigint }>();
  for (const row of history) {
    const known = things.get(row.k);
    const isBest = known === undefined || !isNewer(orderOf(known.newest), orderOf(row));
    things.set(row.k, { newest: isBest ? row : known.newest, last: row.sequence });
  }
  for (const [k, stored] of things) compare(ledger, `thing ${k}`, answers.things[Number(k)]!, stored);
}

function compare(
  ledger: Ledger,
  what: string,
  { values, statuses, eventTimes, sequence }: EntityAnswer,
  { newest, last }: { readonly newest: LoggedRow; readonly last: bigint },
): void {
  const event = JSON.parse(jsonText('TIMESTAMP', newest.at)) as string;
  const due = [newest.id, Number(newest.n), newest.v, 'PRESENT', event, Number(last)];
  const got = [...values, statuses[0], eventTimes[0], sequence];
  if (JSON.stringify(got) !== JSON.stringify(due))
    ledger.complain(`${what} is answered with ${JSON.stringify(got)}, not ${JSON.stringify(due)}`);
}

/** Rows that tie in all three are ordered by their sequences, and histories are read in that order. */
function orderOf({ at, created, n }: LoggedRow) {
  return { event: at, created, order: n };
}
