import { isValueOf, type Value } from '../../../../src/definition/value.js';
import { evaluate, type Row } from '../../../parity/oracle.js';
import { sameBits, valueText } from '../../../parity/print.js';
import { foreignInBody, foreignInJavascript, foreignInSql } from './containment.js';
import { withGeneratedCode } from './generated-code.js';
import type { Refused, Target, Use, Used } from './target.js';

export type Verdict = {
  /** The code that it was refused with, or null. */
  readonly refused: string | null;
  readonly cpuMs: number;
  /** What must not be; null is nothing. */
  readonly complaint: string | null;
};

/** What a value must be: the oracle's, or one known beforehand, or none but the same both ways. */
export type Expected = 'oracle' | 'refused' | 'either' | { readonly value: Value };

/** Uses a text and says what is wrong with what became of it. */
export function judge(target: Target, text: string, expected: Expected = 'oracle'): Verdict {
  let best = timed(() => target.use(text));
  for (let again = 1; again < TRIES && best.cpuMs > MAX_CPU_MS; again++) {
    // Not this text's: garbage of those before it, or the first time that code runs.
    const next = timed(() => target.use(text));
    if (next.cpuMs < best.cpuMs) best = next;
  }
  const { use, cpuMs, sources, thrown } = best;
  const refused = use?.kind === 'refused' ? use.error.code : null;
  if (use === null) return { refused, cpuMs, complaint: `threw ${String(thrown).slice(0, 300)}` };
  const slow = cpuMs > MAX_CPU_MS ? `took ${cpuMs.toFixed(0)} ms of CPU` : null;
  const wrong = use.kind === 'refused' ? wrongRefusal(use, expected) : wrongUse(use, expected, target.row);
  const foreign = sources.map(foreignInJavascript).find((found) => found !== null) ?? null;
  return { refused, cpuMs, complaint: slow ?? wrong ?? foreign };
}

type Timed = {
  readonly use: Use | null;
  readonly thrown: unknown;
  readonly sources: readonly string[];
  readonly cpuMs: number;
};

function timed(work: () => Use): Timed {
  const before = process.cpuUsage();
  let thrown: unknown;
  const { result, sources } = withGeneratedCode(() => {
    try {
      return work();
    } catch (error) {
      thrown = error;
      return null;
    }
  });
  const { user, system } = process.cpuUsage(before);
  return { use: result, thrown, sources, cpuMs: (user + system) / 1_000 };
}

function wrongRefusal({ error }: Refused, expected: Expected): string | null {
  if (typeof expected === 'object') return `was refused: ${error.message.slice(0, 300)}`;
  const length = JSON.stringify({ message: error.message, details: error.details }).length;
  return length > MAX_ANSWER ? `was refused in ${length} characters` : null;
}

function wrongUse(used: Used, expected: Expected, row: Row): string | null {
  const { expression, byColumns, byRows } = used;
  if (expected === 'refused') return 'was not refused';
  if (!sameBits(byColumns, byRows)) {
    return `gave ${valueText(byColumns)} by columns and ${valueText(byRows)} by rows`;
  }
  if (!isValueOf(expression.type, byColumns))
    return `gave ${valueText(byColumns)}, which is no ${expression.type}`;
  const wanted =
    expected === 'oracle'
      ? evaluate(expression, row, 0n)
      : expected === 'either'
        ? byColumns
        : expected.value;
  if (!sameBits(wanted, byColumns)) return `gave ${valueText(byColumns)}, not ${valueText(wanted)}`;
  return wrongSql(used);
}

function wrongSql({ duckdb, bigquery }: Used): string | null {
  const bodies = bigquery?.functions ?? [];
  const wrong = [
    duckdb === null ? null : foreignInSql(duckdb, 'DuckDB'),
    bigquery === null ? null : foreignInSql(bigquery.sql, 'BigQuery'),
    ...bodies.map(({ statement }) => foreignInSql(statement, 'BigQuery')),
    ...bodies.map(({ body }) => foreignInBody(body)),
  ];
  return wrong.find((found) => found !== null) ?? null;
}

/** CPU that one text may take, and how often it is tried before it counts as slow. */
const MAX_CPU_MS = 100;
const TRIES = 3;
/** Characters of a refusal: twenty mistakes with what was found and expected. */
const MAX_ANSWER = 32_768;
