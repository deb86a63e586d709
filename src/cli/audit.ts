import type { AuditCause, AuditDifference, AuditedCell } from '../../sdk/typescript/src/audits.js';
import { PlumblineClient } from '../../sdk/typescript/src/client.js';
import { stringifyJson } from '../definition/json-value.js';
import type { CommandOptions, CommandResult } from './command.js';

/** Replays the logged answers of a project, and tells each value that history does not give again and why. */
export async function audit({
  url,
  project,
  service,
  from,
  to,
  json,
}: CommandOptions): Promise<CommandResult> {
  const client = new PlumblineClient({ baseUrl: url, project, longDeadlineMs: LONGEST_MS });
  const job = await client.audits.start({
    ...(service !== undefined && { featureService: service }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  await client.waitForJob(job);
  const report = await client.audits.report(job);
  const ok = report.differences === 0;
  if (json) return { ...report, ok };
  for (const difference of report.listed) console.log(differenceText(difference));
  const { answers, compared, differences, listed, skipped, dropped } = report;
  if (differences > listed.length) console.log(`… and ${differences - listed.length} more`);
  if (answers === 0) {
    console.log(
      'no answer was logged there; "answerLog" of a feature service says which are, 1 is all of them',
    );
  }
  const found = differences === 1 ? '1 difference' : `${differences} differences`;
  const left = Object.entries(skipped).map(([why, count]) => `, ${count} skipped (${why})`);
  const lost = dropped === 0 ? '' : `, ${dropped} not logged`;
  console.log(`${compared} values of ${answers} answers compared: ${found}${left.join('')}${lost}`);
  return { ok };
}

function differenceText({ feature, asOf, keys, served, replayed, cause }: AuditDifference): string {
  const head = `${feature} of ${stringifyJson(keys)} at ${asOf}`;
  return `${head}: served ${cellText(served)}, replayed ${cellText(replayed)}; ${causeText(cause)}`;
}

function cellText({ value, status, eventTime }: AuditedCell): string {
  const of = eventTime == null ? '' : ` of ${eventTime}`;
  return `${stringifyJson(value)} (${status})${of}`;
}

function causeText(cause: AuditCause): string {
  switch (cause.kind) {
    case 'row': {
      const { what, source, sequence, eventTime, columns = [] } = cause;
      const changes = columns.map(
        ({ name, log, history }) => `${name} is ${stringifyJson(history)}, logged ${stringifyJson(log)}`,
      );
      return [`row ${sequence} of "${source}" at ${eventTime}: ${what}`, ...changes].join(', ');
    }
    case 'tile':
      return `tile (${cause.after}, ${cause.through}] of "${cause.source}" with ${cause.rows} rows: ${cause.what}`;
    case 'unknown':
      return cause.what;
  }
}

/** An audit reads all that was logged: a day is beyond any of them. */
const LONGEST_MS = 86_400_000;
