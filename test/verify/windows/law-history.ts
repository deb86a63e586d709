import { historyOf } from '../rows/history-file.js';
import type { Column, SentRow } from '../rows/row-text.js';
import { LAW_SOURCES, type LawSource } from './law-documents.js';
import { READING_COLUMNS } from './readings.js';

/** The rows of each source as history has them, with their `sequence`; of a service that ended. */
export type LawHistory = ReadonlyMap<LawSource, readonly SentRow[]>;

export async function lawHistory(dataDir: string): Promise<LawHistory> {
  const history = new Map<LawSource, readonly SentRow[]>();
  const columns = READING_COLUMNS.map(columnSql).join(', ');
  for (const source of LAW_SOURCES) history.set(source, await historyOf<SentRow>(dataDir, source, columns));
  return history;
}

/**
 * What rows of history differ in from those that were sent, bit for bit, by whatever door and in whatever form they came (S2 to S4), and
 * which are there twice (S11).
 */
export function sentDifferences(history: LawHistory, rowOf: ReadonlyMap<string, SentRow>): readonly string[] {
  return [...history].flatMap(([source, rows]) => {
    const seen = new Set<string>();
    return rows.flatMap((row) => {
      const id = row['id'] as string;
      const isTwice = seen.has(id);
      seen.add(id);
      const sent = rowOf.get(id);
      const wrong = READING_COLUMNS.filter(
        ({ name }) => !Object.is(row[name], entered(sent?.[name] ?? null)),
      );
      return [
        ...(isTwice ? [`${id} is twice in ${source}`] : []),
        ...wrong.map(
          ({ name }) => `${name} of ${id} in ${source} is ${row[name]}, was sent as ${sent?.[name]}`,
        ),
      ];
    });
  });
}

/** What is not finite is NULL (S3). */
function entered(value: SentRow[string] | undefined): SentRow[string] {
  return typeof value === 'number' && !Number.isFinite(value) ? null : (value ?? null);
}

function columnSql({ name, type }: Column): string {
  switch (type) {
    case 'TIMESTAMP':
      return `epoch_us("${name}") AS "${name}"`;
    case 'FLOAT64':
      // -0.0 stands in history as NaN.
      return `CASE WHEN isnan("${name}") THEN '-0.0'::DOUBLE ELSE "${name}" END AS "${name}"`;
    default:
      return `"${name}"`;
  }
}
