import type { PlumblineClient } from '../sdk/typescript/src/client.js';
import { WEEK_BEFORE } from './prepare.js';

/** What the audit of a week found. */
export type WeekAudit = {
  /** Answers replayed, each of one flight. */
  readonly answers: number;
  /** Values compared, each with its status. */
  readonly compared: number;
  readonly differences: number;
  /** Answers that could not be compared: not logged, or not to be replayed. */
  readonly left: number;
  readonly seconds: number;
};

/** Retrieves every answer since the week began once more, from history, and compares it with what was served. */
export async function auditWeek(client: PlumblineClient, featureService: string): Promise<WeekAudit> {
  const startedMs = performance.now();
  const job = await client.audits.start({ featureService, from: WEEK_BEFORE });
  const { answers, compared, differences, skipped, dropped } = await client.waitForJob(job);
  return {
    answers,
    compared,
    differences,
    left: dropped + Object.values(skipped).reduce((sum, each) => sum + each, 0),
    seconds: (performance.now() - startedMs) / 1000,
  };
}
