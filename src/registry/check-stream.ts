import { type AvroType, parseAvroSchema } from '../compile/avro-schema.js';
import type { ColumnDocument, SourceDocument } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import { placeOf, placeProblem } from '../definition/record-place.js';
import type { StreamDocument, StreamKeyDocument } from '../definition/stream-document.js';
import { elementTypeOf, type ScalarType } from '../definition/value-type.js';

/** What the stream of a source can say wrongly, beyond the schema of documents. */
export function checkStream(source: SourceDocument): readonly Problem[] {
  const { stream } = source;
  if (stream === undefined) return [];
  const problems = [
    ...unknownColumns(source, stream),
    ...keyProblems(source, stream),
    ...timestampProblems(source, stream),
    ...deletionProblems(source, stream),
    ...columnsTakenTwice(stream),
    ...badPlaces(stream),
    ...avroProblems(source, stream),
  ];
  return problems.map(({ path, message }) => ({ path: `/stream${path}`, message }));
}

/** Columns that come from the value of a message. */
function valueColumns({ columns, stream }: SourceDocument): readonly ColumnDocument[] {
  const elsewhere = new Set([stream?.timestamp, ...keyColumns(stream?.key)]);
  return columns.filter(({ name }) => !elsewhere.has(name));
}

/** Also of a key that is not checked yet, which may have neither. */
function keyColumns(key: StreamDocument['key']): readonly string[] {
  const { column, columns = {} }: Partial<StreamKeyDocument> = key ?? {};
  return column === undefined ? Object.keys(columns) : [column];
}

function unknownColumns({ columns }: SourceDocument, stream: StreamDocument): readonly Problem[] {
  const known = new Set(columns.map(({ name }) => name));
  const named = [
    ...Object.keys(stream.columns ?? {}).map((name) => ({ name, path: `/columns/${name}` })),
    ...keyColumns(stream.key).map((name) => ({ name, path: '/key' })),
    ...(stream.timestamp === undefined ? [] : [{ name: stream.timestamp, path: '/timestamp' }]),
  ];
  return named
    .filter(({ name }) => !known.has(name))
    .map(({ name, path }) => ({
      path,
      message: `"${name}" is no column of the source; it has ${[...known].join(', ')}`,
    }));
}

function keyProblems({ columns }: SourceDocument, { key }: StreamDocument): readonly Problem[] {
  if (key === undefined) return [];
  const wanted = key.format === 'json' ? 'columns' : 'column';
  const other = key.format === 'json' ? 'column' : 'columns';
  if (key[wanted] === undefined || key[other] !== undefined)
    return [{ path: '/key', message: `a key of format ${key.format} has "${wanted}" alone` }];
  if (key.column === undefined) return [];
  const type = columns.find(({ name }) => name === key.column)?.type;
  if (type === undefined || KEY_TYPES[key.format].includes(type)) return [];
  const types = KEY_TYPES[key.format].join(' or ');
  return [
    { path: '/key/column', message: `"${key.column}" is ${type}; a key of format ${key.format} is ${types}` },
  ];
}

/** What a whole key can be, by its format. */
const KEY_TYPES: Readonly<Record<'text' | 'bytes', readonly string[]>> = {
  text: ['STRING', 'INT64'],
  bytes: ['BYTES'],
};

function timestampProblems({ columns }: SourceDocument, { timestamp }: StreamDocument): readonly Problem[] {
  const column = columns.find(({ name }) => name === timestamp);
  if (column === undefined || column.type === 'TIMESTAMP') return [];
  return [{ path: '/timestamp', message: `"${timestamp}" is ${column.type}, expected TIMESTAMP` }];
}

function deletionProblems({ tombstone }: SourceDocument, { empty, key }: StreamDocument): readonly Problem[] {
  if (empty !== 'delete') return [];
  const problems: Problem[] = [];
  if (tombstone === undefined)
    problems.push({
      path: '/empty',
      message: 'needs the source\'s "tombstone" column, which marks deletions',
    });
  if (key === undefined)
    problems.push({ path: '/empty', message: 'needs "key": nothing else says whose deletion it is' });
  return problems;
}

function columnsTakenTwice(stream: StreamDocument): readonly Problem[] {
  const elsewhere = new Set(keyColumns(stream.key));
  const twice = (name: string, path: string) => ({
    path,
    message: `"${name}" comes from the key already; keep one place`,
  });
  return [
    ...Object.keys(stream.columns ?? {})
      .filter((name) => elsewhere.has(name) || name === stream.timestamp)
      .map((name) => ({
        path: `/columns/${name}`,
        message: `"${name}" has another place already; keep one`,
      })),
    ...(stream.timestamp !== undefined && elsewhere.has(stream.timestamp)
      ? [twice(stream.timestamp, '/timestamp')]
      : []),
  ];
}

function badPlaces({ columns, key }: StreamDocument): readonly Problem[] {
  const given = [
    ...Object.entries(columns ?? {}).map(([name, place]) => ({ path: `/columns/${name}`, place })),
    ...Object.entries(key?.columns ?? {}).map(([name, place]) => ({ path: `/key/columns/${name}`, place })),
  ];
  return given.flatMap(({ path, place }) => {
    const message = placeProblem(place);
    return message === null ? [] : [{ path, message }];
  });
}

function avroProblems(source: SourceDocument, stream: StreamDocument): readonly Problem[] {
  if (stream.format !== 'avro') {
    return (['schema', 'schemaIds'] as const)
      .filter((member) => stream[member] !== undefined)
      .map((member) => ({ path: `/${member}`, message: 'belongs to format avro; leave it out' }));
  }
  if (stream.schema === undefined)
    return [{ path: '/schema', message: 'is missing; write the Avro schema of the values' }];
  const type = parseAvroSchema(stream.schema);
  if ('message' in type) return [{ path: `/schema${type.path}`, message: type.message }];
  if (type.kind !== 'record') return [{ path: '/schema', message: `is a ${type.kind}; values are records` }];
  const columns = valueColumns(source);
  const taken = new Set(columns.map(({ name }) => placeIn(stream, name)[0]!));
  const extra = type.fields.filter(({ name }) => stream.extra !== 'ignore' && !taken.has(name));
  return [
    ...columns.flatMap((column) => columnProblem(column, placeIn(stream, column.name), type)),
    ...extra.map(({ name }) => ({
      path: '/schema',
      message: `field "${name}" is no column of the source; add one, or write "extra: ignore"`,
    })),
  ];
}

/** Names on the way to a column's value. */
function placeIn({ columns }: StreamDocument, name: string): readonly string[] {
  return placeOf(columns?.[name] ?? name);
}

/** A column that the schema lacks is NULL, unless somebody said where it is. */
function columnProblem(
  column: ColumnDocument,
  place: readonly string[],
  record: AvroType,
): readonly Problem[] {
  const found = place.reduce<readonly AvroType[]>(
    (types, name) => types.flatMap((type) => fieldOf(type, name)),
    [record],
  );
  const fitting = new Set(AVRO_KINDS[scalarOf(column)]);
  const wrong = found.flatMap(optionsOf).find((type) => !fits(type, column, fitting));
  if (wrong === undefined) return [];
  const message = `"${place.join('/')}" is an Avro ${wrong.kind}, which no ${column.type} of column "${column.name}" can be; expected ${[...fitting].join(' or ')}`;
  return [{ path: '/schema', message }];
}

function fieldOf(type: AvroType, name: string): readonly AvroType[] {
  return optionsOf(type).flatMap((option) => {
    if (option.kind === 'map') return [option.values];
    if (option.kind !== 'record') return [];
    return option.fields.filter((field) => field.name === name).map((field) => field.type);
  });
}

function optionsOf(type: AvroType): readonly AvroType[] {
  const options = type.kind === 'union' ? type.options : [type];
  return options.filter(({ kind }) => kind !== 'null');
}

function fits(type: AvroType, { type: wanted }: ColumnDocument, kinds: ReadonlySet<string>): boolean {
  if (elementTypeOf(wanted) === null) return kinds.has(type.kind);
  return type.kind === 'array' && optionsOf(type.items).every(({ kind }) => kinds.has(kind));
}

function scalarOf({ type }: ColumnDocument): ScalarType {
  return elementTypeOf(type) ?? (type as ScalarType);
}

/** Avro types whose every value is one of a column's type, or is refused row by row as text is. */
const AVRO_KINDS: Readonly<Record<ScalarType, readonly AvroType['kind'][]>> = {
  BOOL: ['boolean'],
  INT64: ['int', 'long'],
  FLOAT64: ['double', 'float', 'int', 'decimal'],
  STRING: ['string', 'enum'],
  BYTES: ['bytes', 'fixed'],
  TIMESTAMP: ['timestamp', 'string'],
  DATE: ['date', 'string'],
};
