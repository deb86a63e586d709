import type { Check } from '../check.js';
import { runFault } from './fault-run.js';
import { FAULTS, type FaultName } from './faults.js';

/** The faults, so many rounds each. */
export function faultChecks(rounds: number): readonly Check[] {
  return FAULTS.map((name) => ({
    name,
    bar: `${rounds} rounds: nothing acknowledged lost, nothing twice, each answer is its replay, all back within 30 s, clean ends`,
    defect: DEFECTS[name],
    run: () => runFault(name, rounds),
  }));
}

/** Rows are acknowledged before they are in the log. */
const TOLD_TOO_EARLY: Check['defect'] = {
  file: 'src/ingest/adapter/partition-log.js',
  find: 'if (!await this.owner.write(frame)) {',
  replace:
    'for (const [i, { resolve }] of group.entries())resolve(logged[i]); await new Promise((resolve)=>setTimeout(resolve, 50)); if (!await this.owner.write(frame)) {',
};

/** What has no answer is taken for written. */
const TAKEN_FOR_WRITTEN: Check['defect'] = {
  file: 'src/ingest/adapter/partition-owner.js',
  find: 'return isThere;',
  replace: 'return true;',
};

/** What has no answer is written again. */
const WRITTEN_AGAIN: Check['defect'] = { ...TAKEN_FOR_WRITTEN, replace: 'return false;' };

/** After a loss the mark of the bucket that lost nothing counts for all. */
const MARKS_NOT_COMPARED: Check['defect'] = {
  file: 'src/online/adapter/redis-stream.js',
  find: 'this.to = least(marks.map(({ sequence })=>sequence));',
  replace: 'this.to = greatest(marks.map(({ sequence })=>sequence));',
};

/** A command that comes late writes all the same. */
const MARKS_NOT_ASKED: Check['defect'] = {
  file: 'src/online/adapter/redis-scripts.js',
  find: 'if held ~= ARGV[2] then return held end',
  replace: '',
};

/** A refused row counts as kept where the registry is away. */
const QUARANTINE_FORGOTTEN: Check['defect'] = {
  file: 'src/ingest/intake.js',
  find: 'await this.quarantine(pipeline, identityOf(delivery, arrivalUs), quarantined);',
  replace:
    'await this.quarantine(pipeline, identityOf(delivery, arrivalUs), quarantined).catch(()=>undefined);',
};

const DEFECTS: Readonly<Record<FaultName, Check['defect']>> = {
  'service-killed': TOLD_TOO_EARLY,
  'broker-killed': TAKEN_FOR_WRITTEN,
  'redis-master-killed': MARKS_NOT_COMPARED,
  'postgres-restarted': QUARANTINE_FORGOTTEN,
  'redis-cut': MARKS_NOT_COMPARED,
  'redis-delayed': MARKS_NOT_ASKED,
  'redis-half-open': MARKS_NOT_COMPARED,
  'kafka-cut': TAKEN_FOR_WRITTEN,
  'kafka-delayed': WRITTEN_AGAIN,
  'kafka-half-open': WRITTEN_AGAIN,
  'postgres-cut': QUARANTINE_FORGOTTEN,
  'postgres-delayed': QUARANTINE_FORGOTTEN,
  'postgres-half-open': QUARANTINE_FORGOTTEN,
};
