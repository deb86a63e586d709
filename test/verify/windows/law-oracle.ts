import { parseTimestamp } from '../../../src/definition/time.js';
import type { OracleRow } from '../../support/windows-oracle.js';
import type { Random } from '../rows/random.js';
import { exactText } from '../rows/row-text.js';
import type { LoggedAnswer } from '../rows/served-replay.js';
import { type LawSet, lawSets } from './law-documents.js';
import type { LawHistory } from './law-history.js';
import type { LawRecord } from './law-record.js';
import { oracleRow } from './oracle-answers.js';
import { specFeatures } from './window-spec.js';

/** Answers that are computed anew from every row. */
const SAMPLE = 150;

export type OracleFindings = { readonly values: number; readonly differences: readonly string[] };

/** What a sample of the answers differs in from a look at every row that their records say they knew (S18). */
export function oracleDifferences(history: LawHistory, record: LawRecord, random: Random): OracleFindings {
  const oracleRows = new Map(
    [...history].map(([source, rows]) => [
      source,
      rows.map((row) => oracleRow(row, row['sequence'] as bigint)),
    ]),
  );
  const differences: string[] = [];
  let values = 0;
  for (const answer of random.shuffled(record.answers).slice(0, SAMPLE)) {
    const names = record.features.get(answer.version)!;
    const places = new Map(names.map((name, place) => [name, place]));
    for (const set of lawSets(record.variants.get(answer.version)!)) {
      const found = ofSet(set, answer, { places, rows: oracleRows.get(set.source)! });
      values += found.values;
      differences.push(...found.differences);
    }
  }
  return { values, differences };
}

function ofSet(
  { alias, keys, specs }: LawSet,
  answer: LoggedAnswer,
  { places, rows }: { readonly places: ReadonlyMap<string, number>; readonly rows: readonly OracleRow[] },
): OracleFindings {
  const known = answer.sequences[alias] ?? null;
  // Not active yet.
  if (known === null) return { values: 0, differences: [] };
  const own = rows.filter(
    ({ order, columns }) =>
      order.sequence <= BigInt(known) &&
      Object.entries(keys).every(
        ([asked, column]) => answer.keys[asked] !== null && columns[column] === answer.keys[asked],
      ),
  );
  const tUs = parseTimestamp(answer.asOf)!;
  const features = specs.flatMap(specFeatures);
  const differences = features.flatMap(({ name, value }) => {
    const got = exactText(answer.values[places.get(`${alias}__${name}`)!]);
    const due = exactText(value(own, tUs));
    if (got === due) return [];
    return [`oracle: ${alias}__${name} at ${answer.asOf} knowing ${known} was ${got}, must be ${due}`];
  });
  return { values: features.length, differences };
}
