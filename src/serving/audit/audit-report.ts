import type { ErrorCode } from '../../definition/error.js';
import { parseJsonLossless } from '../../definition/json-value.js';
import { formatTimestamp } from '../../definition/time.js';
import type { AnswerCounts } from '../../online/answer-log.js';
import type { Cause, Cell, Difference } from './difference.js';
import type { Replayed } from './replay.js';

/** What an audit found, as JSON has it. */
export type AuditReport = {
  readonly project: string;
  /** When it began, by the service clock: answers with a later T were left for another one. */
  readonly at: string;
  /** Answers replayed, each of one entity. */
  readonly answers: number;
  /** Values compared, each with its status, and latest ones with the event time of their row. */
  readonly compared: number;
  readonly differences: number;
  /** Answers that cannot be replayed any more, by the code of the error that says why. */
  readonly skipped: Readonly<Partial<Record<ErrorCode, number>>>;
  /** Of the project since the service started: sampled answers that were logged, and those that were not. */
  readonly logged: number;
  readonly dropped: number;
  /** The first differences, explained. */
  readonly listed: readonly ListedDifference[];
};

/** The same without what is listed. */
export type AuditSummary = Omit<AuditReport, 'listed'>;

/** A difference as JSON has it. */
export type ListedDifference = {
  readonly feature: string;
  readonly featureService?: string;
  readonly version?: number;
  readonly asOf: string;
  readonly keys: object;
  readonly served: ListedCell;
  readonly replayed: ListedCell;
  readonly cause: Cause;
};

type ListedCell = {
  readonly value: unknown;
  readonly status: string;
  /** Of a latest value that of its row. */
  readonly eventTime?: string | null;
};

/** Differences that are explained; there may be as many as values, and the first ones tell. */
const MAX_LISTED = 100;

/** Counts and lists what an audit finds, group by group. */
export class ReportBuilder {
  private readonly listed: ListedDifference[] = [];
  private readonly skipped: Partial<Record<ErrorCode, number>> = {};
  private answers = 0;
  private compared = 0;
  private differences = 0;

  /** Counts what some answers gave; returns the differences that there is room to list. */
  take(answers: number, replayed: Pick<Replayed, 'compared' | 'differences'>): readonly Difference[] {
    this.answers += answers;
    this.compared += replayed.compared;
    this.differences += replayed.differences.length;
    return replayed.differences.slice(0, MAX_LISTED - this.listed.length);
  }

  /** One cause a difference. */
  list(differences: readonly Difference[], causes: readonly Cause[]): void {
    differences.forEach((difference, i) => {
      this.listed.push(listedDifference(difference, causes[i]!));
    });
  }

  skip(why: ErrorCode, answers: number): void {
    this.skipped[why] = (this.skipped[why] ?? 0) + answers;
  }

  finish(about: Pick<AuditReport, 'project' | 'at'> & AnswerCounts): AuditReport {
    const { answers, compared, differences, skipped, listed } = this;
    return { ...about, answers, compared, differences, skipped, listed };
  }
}

function listedDifference({ answer, feature, served, replayed }: Difference, cause: Cause): ListedDifference {
  const { featureService, asOfUs, keys } = answer;
  return {
    feature,
    ...(featureService !== null && {
      featureService: featureService.name,
      version: featureService.version,
    }),
    asOf: formatTimestamp(asOfUs),
    keys,
    served: cellJson(served),
    replayed: cellJson(replayed),
    cause,
  };
}

function cellJson({ value, status, eventUs }: Cell): ListedCell {
  const cell = { value: jsonValueOf(value), status };
  return eventUs === undefined ? cell : { ...cell, eventTime: timeJson(eventUs) };
}

function timeJson(us: bigint | null): string | null {
  return us === null ? null : formatTimestamp(us);
}

/** What was logged under another type is no JSON; it is shown as it is. */
function jsonValueOf(text: string): unknown {
  try {
    return parseJsonLossless(text);
  } catch {
    return text;
  }
}
