import type { CompiledFeatureService } from '../../compile/feature-service.js';
import type { History } from '../../offline/history.js';
import type { KeyRows } from '../../offline/store.js';
import type { Cause, Difference } from './difference.js';
import { type EntryQuestion, entryQuestions, rowsQuery } from './entry-question.js';
import { firstChanged } from './log-against-history.js';
import type { LoggedRow, LoggedRows } from './logged-rows.js';
import { servedOtherwise } from './served-otherwise.js';

export type CausesParts = { readonly history: History; readonly log: LoggedRows };

/** What is explained: differences of one service, in one project. */
export type CausesAsked = {
  readonly project: string;
  readonly service: CompiledFeatureService;
  readonly differences: readonly Difference[];
  readonly signal: AbortSignal;
};

/**
 * Explains differences. The log is the truth (S9): a row of the value's key that history has otherwise comes first. Where
 * history is right, the answer was not, and the tile or row is looked for that it counted otherwise.
 */
export class Causes {
  constructor(private readonly parts: CausesParts) {}

  /** One a difference, in their order. Reads the log of each source once. */
  async of({ project, service, differences, signal }: CausesAsked): Promise<readonly Cause[]> {
    const asked = differences.map((difference) => entryQuestions(service, difference));
    const logs = await this.logsOf(project, asked.flat(), signal);
    const causes: Cause[] = [];
    for (const questions of asked) {
      signal.throwIfAborted();
      causes.push(await this.causeOf(project, questions, logs));
    }
    return causes;
  }

  /** What the logs say to each question, by one pass for a feature set; nothing of one that wants too many rows. */
  private async logsOf(
    project: string,
    questions: readonly EntryQuestion[],
    signal: AbortSignal,
  ): Promise<Logs> {
    const logs = new Map<EntryQuestion, readonly LoggedRow[]>();
    for (const mine of Map.groupBy(questions, ({ read }) => read.entry.featureSet.id).values()) {
      const wanted = mine.map((question) => question.wanted);
      const { featureSet } = mine[0]!.read.entry;
      const found = await this.parts.log.read({ project, ...featureSet }, wanted, signal);
      found?.forEach((rows, i) => {
        logs.set(mine[i]!, rows);
      });
    }
    return logs;
  }

  private async causeOf(project: string, questions: readonly EntryQuestion[], logs: Logs): Promise<Cause> {
    let rows = 0;
    for (const question of questions) {
      const query = rowsQuery(project, question);
      const history = await this.parts.history.keyRows(query);
      rows += history.rows.rowCount;
      const logged = logs.get(question);
      const { source } = question.read.entry.featureSet;
      const isCut = history.rows.rowCount === query.limit;
      const changed = logged === undefined ? null : firstChanged({ source, logged, history, isCut });
      if (changed !== null) return changed;
      const otherwise = servedOtherwise(question, await this.rowsAround(project, question, history));
      if (otherwise !== null) return otherwise;
    }
    return { kind: 'unknown', what: unexplained(questions.length, rows) };
  }

  /** Of a window also the rows of the tiles beside its span, and those that came after the answer. */
  private rowsAround(project: string, question: EntryQuestion, history: KeyRows): Promise<KeyRows> {
    const { read, wanted } = question;
    if (read.kind === 'latest') return Promise.resolve(history);
    const { hopUs } = read.feature.window;
    return this.parts.history.keyRows({
      ...rowsQuery(project, question),
      afterUs: wanted.afterUs === null ? null : wanted.afterUs - hopUs,
      throughUs: wanted.throughUs + hopUs,
      throughSequence: null,
    });
  }
}

type Logs = ReadonlyMap<EntryQuestion, readonly LoggedRow[]>;

function unexplained(questions: number, rows: number): string {
  if (questions === 0) return 'the value rests on no row of a whole key that the answer knew of';
  return `history is what the log says in each of the ${rows} rows that the value rests on, and no single row or tile makes the difference`;
}
