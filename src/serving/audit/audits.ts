import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, PlumblineError } from '../../definition/error.js';
import { stringifyJson } from '../../definition/json-value.js';
import { formatTimestamp } from '../../definition/time.js';
import type { LoggedAnswer } from '../../online/answer-line.js';
import type { AnswerLog } from '../../online/answer-log.js';
import type { Clock } from '../../platform/clock.js';
import type { Job, JobContext } from '../../platform/job.js';
import { noteResultFile } from '../../platform/job-files.js';
import { requireSpec } from '../../platform/job-spec.js';
import { jobText, jobValue } from '../../platform/job-text.js';
import type { Jobs } from '../../platform/jobs.js';
import { type AnswerGroup, answerGroups } from './answer-groups.js';
import { type AuditReport, type AuditSummary, ReportBuilder } from './audit-report.js';
import type { AuditTotals } from './audit-totals.js';
import type { Causes } from './causes.js';
import type { Replay } from './replay.js';

const KIND = 'audit';

/** Which answers to audit. */
export type AuditRequest = {
  readonly project: string;
  /** Answers of this feature service only. */
  readonly featureService?: string;
  /** Answers with T from here on, microseconds. */
  readonly fromUs?: bigint;
  /** Answers with T before here; never later than the instant at which the audit begins. */
  readonly toUs?: bigint;
};

export type AuditsParts = {
  readonly jobs: Jobs;
  readonly answers: AnswerLog;
  readonly replay: Replay;
  readonly causes: Causes;
  readonly clock: Clock;
  readonly totals: AuditTotals;
};

/**
 * Audits: logged answers are retrieved again by their records, and compared bit for bit (S18). Each is a job, whose file is the
 * report.
 */
export class Audits {
  constructor(private readonly parts: AuditsParts) {
    parts.jobs.handle(KIND, this);
  }

  /** Throws UNAVAILABLE when the queue of jobs is full. */
  start({ project, ...asked }: AuditRequest): Promise<Job> {
    return this.parts.jobs.start(project, KIND, { asked: jobText(asked) });
  }

  /** The job itself: it reads and compares, so another attempt begins anew. */
  async run(context: JobContext): Promise<AuditSummary> {
    const { project, spec, progress, signal } = context;
    const asked = jobValue(requireSpec(spec, { asked: 'string' }).asked) as Omit<AuditRequest, 'project'>;
    const { answers, clock, totals } = this.parts;
    // By then every answer that was made before has a T that history may be asked for.
    const nowUs = clock.nowUs();
    const report = new ReportBuilder();
    const due = wanted(answers.answers(project), { ...asked, nowUs });
    let done = 0;
    for await (const group of answerGroups(due)) {
      signal.throwIfAborted();
      await this.audit(group, context, report);
      done += group.length;
      progress(done, done);
    }
    const whole = report.finish({ project, at: formatTimestamp(nowUs), ...answers.counts(project) });
    await this.keep(whole, context.folder);
    const { listed: _, ...summary } = whole;
    totals.add(summary);
    return summary;
  }

  private async audit(group: AnswerGroup, context: JobContext, report: ReportBuilder): Promise<void> {
    const { project, signal } = context;
    try {
      const { service, ...replayed } = await this.parts.replay.run(group, context);
      const differences = report.take(group.length, replayed);
      report.list(differences, await this.parts.causes.of({ project, service, differences, signal }));
    } catch (error) {
      const why = reasonOf(error);
      if (why === null) throw error;
      if (why !== 'HISTORY_EXPIRED' || group.length === 1) report.skip(why, group.length);
      else await this.auditKept(group, context, report);
    }
  }

  /** The answers of a group that history still reaches back to: from some T on. */
  private async auditKept(group: AnswerGroup, context: JobContext, report: ReportBuilder): Promise<void> {
    const byTime = group.toSorted((a, b) => (a.asOfUs < b.asOfUs ? -1 : 1));
    let [first, end] = [0, byTime.length];
    while (first < end) {
      const middle = (first + end) >>> 1;
      if (await this.isKept(byTime[middle]!, context)) end = middle;
      else first = middle + 1;
    }
    // Rows may have left since the group was tried: an answer goes at every attempt.
    report.skip('HISTORY_EXPIRED', Math.max(1, first));
    const [kept, ...others] = byTime.slice(Math.max(1, first));
    if (kept !== undefined) await this.audit([kept, ...others], context, report);
  }

  private async isKept(answer: LoggedAnswer, context: JobContext): Promise<boolean> {
    try {
      await this.parts.replay.run([answer], context);
      return true;
    } catch (error) {
      if (reasonOf(error) === 'HISTORY_EXPIRED') return false;
      throw error;
    }
  }

  private async keep(report: AuditReport, folder: string): Promise<void> {
    await writeFile(join(folder, 'result.json'), stringifyJson(report));
    await noteResultFile(folder, { extension: 'json', mediaType: 'application/json; charset=utf-8' });
  }
}

export const AUDITS = Symbol('Audits');

/** Why answers cannot be replayed any more, by the code of the error; null where an audit cannot go on. */
function reasonOf(error: unknown): ErrorCode | null {
  if (!(error instanceof PlumblineError)) return null;
  return SKIPPED.find((code) => code === error.code) ?? null;
}

/** Their service or features are gone, their rows are, or they were logged under definitions that a restore took back. */
const SKIPPED: readonly ErrorCode[] = ['NOT_FOUND', 'UNKNOWN_FEATURE', 'HISTORY_EXPIRED', 'INVALID_REQUEST'];

/** The answers that a request means, and whose T has come: history is not asked for later ones. */
async function* wanted(
  answers: AsyncIterable<LoggedAnswer>,
  { featureService, fromUs, toUs, nowUs }: Omit<AuditRequest, 'project'> & { readonly nowUs: bigint },
): AsyncIterable<LoggedAnswer> {
  for await (const answer of answers) {
    const { asOfUs } = answer;
    if (featureService !== undefined && answer.featureService?.name !== featureService) continue;
    if (asOfUs > nowUs || (fromUs !== undefined && asOfUs < fromUs)) continue;
    if (toUs === undefined || asOfUs < toUs) yield answer;
  }
}
