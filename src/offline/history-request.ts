import type { CompiledFeatureService } from '../compile/feature-service.js';
import type { ColumnBatch } from '../definition/column-batch.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import { columnsOfJson, isJsonObject } from '../definition/json-columns.js';
import { formatTimestamp, parseTimestamp } from '../definition/time.js';
import { DEFAULT_TIME_COLUMN } from './retrieval.js';
import type { GeneratedFrame } from './store.js';

/** Which instants of history are asked for; texts as the caller wrote them. */
export type HistoryTimes = {
  readonly mode: GeneratedFrame['kind'];
  /** First and last instant, RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Distance of a grid's instants, such as `1h`. */
  readonly every?: string;
  /** Name of the time column of the answer. */
  readonly time?: string;
};

/** The frame that is asked for, but for its entities. Throws INVALID_REQUEST, and FUTURE_TIME for times after `nowUs`. */
export function generatedFrameOf(
  { mode, from, to, every }: HistoryTimes,
  nowUs: bigint,
): Omit<GeneratedFrame, 'entities'> {
  const fromUs = instantOf(from, 'from');
  const toUs = instantOf(to, 'to');
  if (fromUs > toUs) throw invalid(`from, ${from}, is later than to, ${to}`, 'from');
  if (toUs > nowUs) {
    const message = `to, ${to}, is later than now, ${formatTimestamp(nowUs)}; what will be known then cannot be retrieved yet`;
    throw new PlumblineError('FUTURE_TIME', message, { path: 'to' });
  }
  if ((mode === 'grid') !== (every !== undefined)) {
    throw invalid(
      'a grid has "every", the distance of its times such as "1h", and no other mode has',
      'every',
    );
  }
  const everyUs = every === undefined ? null : parseDuration(every, 'every');
  if (everyUs === 0n) throw invalid('"every" is 0; write how far the times of the grid lie apart', 'every');
  return { kind: mode, fromUs, toUs, everyUs };
}

/** No key column and no value may have the name of the time column. Throws INVALID_REQUEST. */
export function requireOwnTimeColumn(
  { keyColumns, outputs }: CompiledFeatureService,
  time: string = DEFAULT_TIME_COLUMN,
): void {
  const isTime = ({ name }: { readonly name: string }): boolean => name.toLowerCase() === time.toLowerCase();
  const what = keyColumns.some(isTime) ? 'a key' : outputs.some(isTime) ? 'one' : null;
  if (what === null) return;
  throw invalid(`"${time}" is ${what} of the features; give the times another name with "time"`, 'time');
}

/** Only a caller knows what a request brings. Throws INVALID_REQUEST. */
export function requireNoRequestInputs({ name, requestInputs }: CompiledFeatureService): void {
  if (requestInputs.length === 0) return;
  const names = requestInputs.map((input) => `"${input.name}"`).join(', ');
  const message = `feature service "${name}" takes ${names} with each request, which history does not have; send a frame with these columns`;
  throw invalid(message, 'featureService');
}

/** Entities as rows with the key columns of a service; every key is named, NULL allowed. Throws INVALID_REQUEST. */
export function entitiesOf(service: CompiledFeatureService, entities: readonly unknown[]): ColumnBatch {
  const names = service.keyColumns.map(({ name }) => name);
  const problems = entities.flatMap((entity, i) => keyProblems(entity, names, `/entities/${i}`));
  const columns = columnsOfJson(service.keyColumns, entities, '/entities', problems);
  if (problems.length === 0) return { rowCount: entities.length, columns };
  const listed = problems.slice(0, MAX_PROBLEMS);
  const message = listed.map((problem) => `${problem.path}: ${problem.message}`).join('; ');
  throw new PlumblineError('INVALID_REQUEST', message, { path: listed[0]!.path, problems: listed });
}

/** Wrong entities that are listed. */
const MAX_PROBLEMS = 20;

function keyProblems(entity: unknown, names: readonly string[], path: string): Problem[] {
  if (!isJsonObject(entity)) return [{ path, message: `is no object; write { ${names.join(', ')} }` }];
  const missing = names
    .filter((name) => !Object.hasOwn(entity, name))
    .map((name) => ({ path: `${path}/${name}`, message: 'is missing; name every key' }));
  const unknown = Object.keys(entity)
    .filter((name) => !names.includes(name))
    .map((name) => ({ path: `${path}/${name}`, message: `is no key; the keys are ${names.join(', ')}` }));
  return [...missing, ...unknown];
}

function instantOf(text: string, path: string): bigint {
  const us = parseTimestamp(text);
  if (us !== null) return us;
  throw invalid(`"${text}" is no instant; write RFC 3339 with a zone, such as "2013-07-01T00:00:00Z"`, path);
}

function invalid(message: string, path: string): PlumblineError {
  return new PlumblineError('INVALID_REQUEST', message, { path });
}
