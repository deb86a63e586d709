import type {
  ColumnDocument,
  Document,
  EntityDocument,
  FeatureSetDocument,
  SourceDocument,
} from '../definition/document.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { ValueType } from '../definition/value-type.js';
import { checkStream } from './check-stream.js';
import { checkWindows } from './check-windows.js';

/** What a document can say wrongly on its own, beyond the schema; references and expressions come with compiling. */
export function checkDocument(document: Document): readonly Problem[] {
  switch (document.kind) {
    case 'Entity':
      return checkEntity(document);
    case 'Source':
      return checkSource(document);
    case 'FeatureSet':
      return checkFeatureSet(document);
    default:
      return [];
  }
}

function checkEntity({ keys }: EntityDocument): readonly Problem[] {
  return nameClashes(keys, '/keys');
}

function checkFeatureSet(document: FeatureSetDocument): readonly Problem[] {
  return [
    ...nameClashes(document.features, '/features').filter(({ same }) => !same),
    ...checkOrigin(document),
    ...checkWindows(document),
  ];
}

/** The schema takes the members of both kinds of feature set; each has its own. */
function checkOrigin(document: FeatureSetDocument): readonly Problem[] {
  const found: Readonly<Record<string, unknown>> = document;
  if (found['source'] === undefined && found['inputs'] === undefined) {
    const message =
      'is missing; name the source of its rows, or under "inputs" the feature sets that it reads';
    return [{ path: '/source', message }];
  }
  if (document.inputs === undefined) return [];
  const members = ['source', 'keys', 'maxAge', 'retention', 'freshness'] as const;
  return [
    ...members
      .filter((member) => found[member] !== undefined)
      .map((member) => ({ path: `/${member}`, message: REASONS[member] })),
    ...document.features.flatMap(({ name, expression, ...feature }, index) =>
      expression !== undefined && !('column' in feature)
        ? []
        : [{ path: `/features/${index}`, message: `"${name}" ${NEEDS_EXPRESSION}` }],
    ),
  ];
}

const REASONS = {
  source: 'stands beside "inputs"; keep one: rows of a source, or features of other sets',
  keys: 'says nothing here; map keys under "keys" of each input',
  maxAge: 'has no meaning here: each input has its own; leave it out',
  retention: 'has no meaning here: each input has its own; leave it out',
  freshness: 'has no meaning here: each input has its own; leave it out',
} as const;

const NEEDS_EXPRESSION =
  'copies no column, because there is no source; write an "expression" over features of the inputs';

function checkSource(source: SourceDocument): readonly Problem[] {
  return [
    ...nameClashes(source.columns, '/columns'),
    ...source.columns.flatMap(checkDimension),
    ...source.columns.flatMap(checkScale),
    ...roleProblems(source, 'eventTime', ['TIMESTAMP']),
    ...roleProblems(source, 'createdTime', ['TIMESTAMP']),
    ...roleProblems(source, 'orderColumn', ['INT64']),
    ...roleProblems(source, 'tombstone', ['BOOL']),
    ...roleProblems(source, 'eventId', ['STRING', 'INT64', 'BYTES']),
    ...withoutEffect(source),
    ...emptySpans(source),
    ...checkStream(source),
  ];
}

/** The SQL engines tell no upper from lower case in names of columns. */
function nameClashes(
  items: readonly { readonly name: string }[],
  path: string,
): readonly (Problem & { readonly same: boolean })[] {
  const first = new Map<string, string>();
  return items.flatMap(({ name }, index) => {
    const folded = name.toLowerCase();
    const other = first.get(folded);
    if (other === undefined) {
      first.set(folded, name);
      return [];
    }
    const same = other === name;
    const message = same
      ? `"${name}" is there twice; rename one`
      : `"${name}" differs from "${other}" in case only; rename one`;
    return [{ path: `${path}/${index}/name`, message, same }];
  });
}

function checkDimension(column: ColumnDocument, index: number): readonly Problem[] {
  if (column.dimension === undefined || column.type === 'ARRAY<FLOAT64>') return [];
  const message = `only ARRAY<FLOAT64> has a dimension, "${column.name}" is ${column.type}; leave it out`;
  return [{ path: `/columns/${index}/dimension`, message }];
}

function checkScale({ name, type, scale }: ColumnDocument, index: number): readonly Problem[] {
  if (scale === undefined || type === 'FLOAT64') return [];
  const message = `only FLOAT64 has a scale, "${name}" is ${type}; leave it out`;
  return [{ path: `/columns/${index}/scale`, message }];
}

type Role = 'eventTime' | 'createdTime' | 'orderColumn' | 'tombstone' | 'eventId';

function roleProblems(source: SourceDocument, role: Role, types: readonly ValueType[]): readonly Problem[] {
  const name = source[role];
  if (name === undefined) return [];
  const column = source.columns.find((candidate) => candidate.name === name);
  if (column !== undefined && types.includes(column.type)) return [];
  const wanted = types.join(' or ');
  const fitting = source.columns.filter((each) => types.includes(each.type)).map((each) => each.name);
  const remedy =
    fitting.length > 0 ? `${wanted} columns are ${fitting.join(', ')}` : `add a ${wanted} column`;
  const message =
    column === undefined
      ? `"${name}" is no column of the source; ${remedy}`
      : `"${name}" is ${column.type}, expected ${wanted}; ${remedy}`;
  return [{ path: `/${role}`, message }];
}

function withoutEffect({ createdTime, knownAfter, eventId, dedupeFor }: SourceDocument): readonly Problem[] {
  const problems: Problem[] = [];
  if (createdTime !== undefined && knownAfter !== undefined)
    problems.push({ path: '/knownAfter', message: 'has no effect beside "createdTime"; keep one of them' });
  if (eventId === undefined && dedupeFor !== undefined)
    problems.push({ path: '/dedupeFor', message: 'has no effect without "eventId"; name the column' });
  return problems;
}

/**
 * Spans that would leave nothing. History may be shorter than `maxAge` and `retention` of feature sets, or they may have
 * none: it keeps the newest row of each key before its horizon, so that S15 holds for every T that it still answers.
 */
function emptySpans(source: SourceDocument): readonly Problem[] {
  const { dedupeFor, historyRetention, knownAfter } = source;
  const problems: Problem[] = [];
  if (dedupeFor !== undefined && spanUs(dedupeFor) === 0n)
    problems.push({
      path: '/dedupeFor',
      message: 'is empty, so nothing would be recognised; leave "eventId" out',
    });
  if (historyRetention === undefined) return problems;
  const retainedUs = spanUs(historyRetention);
  if (retainedUs === 0n)
    problems.push({
      path: '/historyRetention',
      message: 'is empty, so no time could be asked about; leave it out',
    });
  else if (knownAfter !== undefined && retainedUs <= spanUs(knownAfter))
    problems.push({
      path: '/historyRetention',
      message: 'is no longer than "knownAfter"; rows would leave history before they count as known',
    });
  return problems;
}

function spanUs(duration: string): bigint {
  return parseDuration(duration, '');
}

/** A source only grows (S9): throws SCHEMA_CHANGE_REFUSED when `next` loses or changes what `stored` has. */
export function requireGrowth(stored: SourceDocument, next: SourceDocument): void {
  const problems = [...stored.columns.flatMap((column) => lost(column, next)), ...roleChanges(stored, next)];
  if (problems.length === 0) return;
  const listed = problems.map(({ message }) => message).join('; ');
  throw new PlumblineError(
    'SCHEMA_CHANGE_REFUSED',
    `source "${next.name}" can only gain columns: ${listed}; keep it, or register a source of another name`,
    { problems },
  );
}

function lost(column: ColumnDocument, next: SourceDocument): readonly Problem[] {
  const index = next.columns.findIndex(({ name }) => name === column.name);
  const now = next.columns[index];
  if (now === undefined) return [{ path: '/columns', message: `column "${column.name}" is lost` }];
  const from = typeOf(column);
  const to = typeOf(now);
  if (from === to) return [];
  return [
    { path: `/columns/${index}/type`, message: `column "${column.name}" was ${from} and would be ${to}` },
  ];
}

function typeOf({ type, dimension, scale }: ColumnDocument): string {
  const length = dimension === undefined ? '' : ` of dimension ${dimension}`;
  return `${type}${length}${scale === undefined ? '' : ` of scale ${scale}`}`;
}

/** A tombstone column may be gained, with a column that is new as well: what was stored keeps its meaning. */
function roleChanges(stored: SourceDocument, next: SourceDocument): readonly Problem[] {
  const had = new Set(stored.columns.map(({ name }) => name));
  return (['eventTime', 'createdTime', 'orderColumn', 'tombstone'] as const).flatMap((role) => {
    if (stored[role] === next[role]) return [];
    const gained = stored[role] === undefined && !had.has(next[role]!);
    if (role === 'tombstone' && gained) return [];
    const message = `${role} was ${stored[role] ?? 'absent'} and would be ${next[role] ?? 'absent'}`;
    return [{ path: `/${role}`, message }];
  });
}
