import type { OperationId } from '../../src/compile/operation/table.js';
import { type CaseBatch, caseBatches, type ParityCase } from './cases.js';
import { Coverage, type CoverageSummary } from './coverage.js';
import { differenceText } from './difference-text.js';
import type { EngineAnswer, ParityEngine } from './engine.js';
import { sameBits, valueText } from './print.js';
import { throughDoor } from './rows.js';
import { shrunk } from './shrink.js';

export type ParityOptions = {
  readonly seed: number;
  /** How many expressions are compared. */
  readonly cases: number;
  /** The number of the first; default 0. */
  readonly from?: number;
  /** Operations that take turns at being in an expression; default all. */
  readonly operations?: readonly OperationId[];
  readonly engines: readonly ParityEngine[];
  /** What `--target` calls the engines, for the command that shows a difference again; default the default. */
  readonly target?: string;
  /** Differences after which to stop. */
  readonly stopAfter?: number;
};

export type ParityReport = {
  /** Expressions compared. */
  readonly cases: number;
  /** Values that an engine gave and the oracle confirmed or not. */
  readonly values: number;
  /** By engine, how many of the expressions it carried. */
  readonly carried: Readonly<Record<string, number>>;
  readonly coverage: CoverageSummary;
  /** What differed, as text: expression, row, the answer of each and how to see it again. */
  readonly differences: readonly string[];
};

/**
 * Compares engines with the oracle, bit for bit, over generated expressions (S8); each difference is made as small as it
 * gets. Every operation is in as many cases as every other; the same seed gives the same cases.
 */
export async function runParity(options: ParityOptions): Promise<ParityReport> {
  const { engines, seed, cases: count, from = 0, operations, stopAfter = MAX_DIFFERENCES } = options;
  const tally: Tally = {
    cases: 0,
    values: 0,
    carried: Object.fromEntries(engines.map(({ name }) => [name, 0])),
    differences: [],
  };
  const coverage = new Coverage();
  for (const batch of caseBatches({ seed, from, count, ...(operations && { operations }) })) {
    const rows = throughDoor(batch.rows);
    // Beside each other: engines with threads or processes of their own work while the others do.
    const found = await Promise.all(
      engines.map(async (engine) => {
        await engine.load(rows);
        return differencesOf(engine, batch, tally);
      }),
    );
    for (const { made } of batch.cases) coverage.add(made);
    tally.cases += batch.cases.length;
    for (const difference of firstOfEach(found.flat()).slice(0, stopAfter - tally.differences.length)) {
      const { made, number } = difference.case;
      const small = await shrunk({
        ...difference,
        expression: made.expression,
        row: batch.rows[difference.index]!,
      });
      tally.differences.push(
        await differenceText(small, engines, {
          seed,
          number,
          operations,
          target: options.target,
          said: difference.said,
        }),
      );
    }
    if (tally.differences.length >= stopAfter) break;
  }
  return { ...tally, coverage: coverage.summary() };
}

type Tally = {
  cases: number;
  values: number;
  readonly carried: Record<string, number>;
  readonly differences: string[];
};

/** A row in which an engine does not say what the oracle says. */
type Difference = {
  readonly case: ParityCase;
  readonly engine: ParityEngine;
  readonly index: number;
  /** What the engine said. */
  readonly said: string;
};

async function differencesOf(
  engine: ParityEngine,
  { cases }: CaseBatch,
  tally: Tally,
): Promise<readonly Difference[]> {
  const carried = cases.filter(({ made }) => engine.statementOf(made.expression) !== null);
  if (carried.length === 0) return [];
  const answers = await engine.values(carried.map(({ made }) => made.expression));
  tally.carried[engine.name]! += carried.length;
  return carried.flatMap((each, at) => {
    const { values } = each.made;
    tally.values += values.length;
    const index = values.findIndex((value, row) => !agrees(answers[at]!, row, value));
    return index < 0 ? [] : [{ case: each, engine, index, said: saidIn(answers[at]!, index) }];
  });
}

function saidIn(answer: EngineAnswer, row: number): string {
  return answer instanceof Error ? answer.message : valueText(answer[row]!);
}

function agrees(answer: EngineAnswer, row: number, expected: Parameters<typeof sameBits>[0]): boolean {
  return !(answer instanceof Error) && sameBits(answer[row]!, expected);
}

/** One difference a case: what the first engine got wrong, the others mostly got wrong too. */
function firstOfEach(found: readonly Difference[]): readonly Difference[] {
  const byCase = new Map<number, Difference>();
  for (const difference of found) {
    if (!byCase.has(difference.case.number)) byCase.set(difference.case.number, difference);
  }
  return [...byCase.values()];
}

/** Enough to see a pattern. */
const MAX_DIFFERENCES = 20;
