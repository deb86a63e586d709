import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { Random } from '../rows/random.js';
import { BYTE_MUTATIONS, type Mutation, TEXT_MUTATIONS } from './mutations.js';
import { COLUMNS, ROWS } from './valid-rows.js';

/** Something that is sent to a door: rows that are pushed, a file that is loaded, a frame, or documents. */
export type Input = {
  readonly door: 'push' | 'load' | 'retrieve' | 'apply';
  readonly what: string;
  /** Media type of a body; suffix of a file. */
  readonly type: string;
  readonly bytes: Buffer;
  /** Of the rows that it would bring. */
  readonly keys: readonly string[];
  /** Nothing was done to it: it must be taken. */
  readonly isIntact: boolean;
};

/** A valid input and how to break it. */
export type Base = Omit<Input, 'isIntact'> & { readonly mutations: readonly Mutation[] };

const ARROW = 'application/vnd.apache.arrow.stream';
const PARQUET = 'application/vnd.apache.parquet';

type Format = keyof typeof ROWS;

/** Bodies that are pushed. */
export function pushBase(format: Exclude<Format, 'csv'>, keys: readonly string[]): Base {
  const type = { json: 'application/json', ndjson: 'application/x-ndjson', arrow: ARROW, dictionary: ARROW }[
    format
  ];
  const mutations = format === 'json' || format === 'ndjson' ? TEXT_MUTATIONS : BYTE_MUTATIONS;
  return { door: 'push', what: `push ${format}`, type, bytes: ROWS[format](keys), keys, mutations };
}

/** Files that are loaded; compressed ones are broken before or after they were. */
export function fileBase(suffix: string, keys: readonly string[]): Base {
  const format = suffix.split('.')[0] as 'csv' | 'ndjson' | 'arrow';
  const compress = suffix.endsWith('.gz') ? gzipSync : suffix.endsWith('.zst') ? zstdCompressSync : null;
  const plain = ROWS[format](keys);
  const inner = format === 'arrow' ? BYTE_MUTATIONS : TEXT_MUTATIONS;
  const mutations = compress === null ? inner : BYTE_MUTATIONS;
  return {
    door: 'load',
    what: `load ${suffix}`,
    type: suffix,
    bytes: compress === null ? plain : compress(plain),
    keys,
    mutations,
  };
}

/** Parquet, as a file or as a frame. */
export function parquetBase(door: 'load' | 'retrieve', bytes: Buffer, keys: readonly string[]): Base {
  const type = door === 'load' ? 'parquet' : PARQUET;
  return { door, what: `${door} parquet`, type, bytes, keys, mutations: BYTE_MUTATIONS };
}

/** Frames, whose rows have keys and times; they bring no rows. */
export function frameBase(
  format: Exclude<Format, 'dictionary'> | 'dictionary',
  keys: readonly string[],
): Base {
  const type = {
    json: 'application/json',
    ndjson: 'application/x-ndjson',
    csv: 'text/csv',
    arrow: ARROW,
    dictionary: ARROW,
  }[format];
  const isText = format !== 'arrow' && format !== 'dictionary';
  const mutations = isText ? TEXT_MUTATIONS : BYTE_MUTATIONS;
  return {
    door: 'retrieve',
    what: `retrieve ${format}`,
    type,
    bytes: ROWS[format](keys),
    keys: [],
    mutations,
  };
}

/** Documents of a project that nothing else uses. */
export function applyBase(name: string, isYaml: boolean): Base {
  const columns = COLUMNS.map(([column, type]) => ({ name: column, type }));
  const documents = [
    { kind: 'Source', name: `${name}_source`, eventTime: 'at', columns },
    {
      kind: 'FeatureSet',
      name: `${name}_set`,
      entity: 'thing',
      source: `${name}_source`,
      features: [{ name: 'i' }, { name: 'x', expression: 'f * 2 + LENGTH(k)', default: 1.5 }],
      maxAge: '3h',
    },
    { kind: 'FeatureService', name: `${name}_all`, entries: [{ featureSet: `${name}_set` }] },
  ];
  const text = isYaml
    ? documents.map((document) => `---\n${JSON.stringify(document, null, 1)}`).join('\n')
    : JSON.stringify({ documents });
  return {
    door: 'apply',
    what: isYaml ? 'apply yaml' : 'apply json',
    type: isYaml ? 'application/yaml' : 'application/json',
    bytes: Buffer.from(text),
    keys: [],
    mutations: TEXT_MUTATIONS,
  };
}

/** A base with one to three things wrong. */
export function broken({ mutations, ...base }: Base, random: Random): Input {
  let { bytes } = base;
  for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) {
    if (bytes.length > 0) bytes = random.pick(mutations)(bytes, random);
  }
  return { ...base, bytes, isIntact: false };
}

/** A base as it is. */
export function intact({ mutations: _, ...base }: Base): Input {
  return { ...base, isIntact: true };
}

/** What is wrong in ways that chance does not find. */
export function specials(): readonly Input[] {
  const push = (what: string, bytes: Buffer, type = 'application/json'): Input => ({
    door: 'push',
    what,
    type,
    bytes,
    keys: [],
    isIntact: false,
  });
  const load = (what: string, type: string, bytes: Buffer): Input => ({
    ...push(what, bytes, type),
    door: 'load',
  });
  const apply = (what: string, text: string, type = 'application/json'): Input => ({
    ...push(what, Buffer.from(text), type),
    door: 'apply',
  });
  const frame = (what: string, text: string): Input => ({
    ...push(what, Buffer.from(text)),
    door: 'retrieve',
  });
  const wide = Array.from({ length: 10_000 }, (_, i) => `c${i}`);
  const members = wide.map((name) => `"${name}":1`).join(',');
  const mebibytes = (count: number): Buffer => Buffer.alloc(count * 1024 ** 2, `${' '.repeat(1023)}\n`);
  const deep = (count: number): string => '['.repeat(count) + ']'.repeat(count);
  return [
    frame('a column without a name', '{"rows":[{"k":"a","at":"2013-11-03T06:00:00Z","":1}]}'),
    frame('a column named by U+0000', '{"rows":[{"k":"a","at":"2013-11-03T06:00:00Z","\\u0000":1}]}'),
    push('10,000 columns', Buffer.from(`{"rows":[{${members}}]}`)),
    push('10,000 columns', Buffer.from(`{${members}}\n`), 'application/x-ndjson'),
    load('10,000 columns', 'csv', Buffer.from(`${wide.join(',')}\n${wide.map(() => '1').join(',')}\n`)),
    push('deep JSON', Buffer.from(`{"rows":${deep(1_000_000)}}`)),
    push('deep JSON', Buffer.from(`{"rows":[{"k":${deep(60)}}]}`)),
    push('deep line', Buffer.from(`{"k":${deep(100_000)}}\n`), 'application/x-ndjson'),
    load('deep line', 'ndjson', Buffer.from(`{"k":${deep(1_000_000)}}\n`)),
    apply('deep documents', `{"documents":[{"kind":${deep(100_000)}}]}`),
    apply('deep documents', `{"documents":[${'{"features":['.repeat(25)}${']}'.repeat(25)}]}`),
    apply('deep YAML', `kind: ${deep(10_000)}`, 'application/yaml'),
    apply('swelling YAML', yamlBomb(), 'application/yaml'),
    push('empty rows', Buffer.from(`{"rows":[${'{},'.repeat(99_999)}{}]}`)),
    push('a million objects', Buffer.from(`{"rows":[${'{},'.repeat(8_000_000)}{}]}`)),
    push('a million lines', Buffer.from('{}\n'.repeat(1_000_000)), 'application/x-ndjson'),
    push('no line at all', Buffer.from('\n'.repeat(1_000_000)), 'application/x-ndjson'),
    load('a gzip bomb', 'csv.gz', gzipSync(mebibytes(300))),
    load('a gzip bomb', 'ndjson.gz', gzipSync(mebibytes(300))),
    load('a zstd bomb', 'csv.zst', zstdCompressSync(mebibytes(300))),
    load('a zstd bomb', 'ndjson.zst', zstdCompressSync(mebibytes(300))),
    load('a bomb of one line', 'ndjson.zst', zstdCompressSync(Buffer.alloc(300 * 1024 ** 2, 'x'))),
    load('a file of nothing', 'parquet', Buffer.alloc(0)),
    load('a file of nothing', 'csv', Buffer.alloc(0)),
    load('a file of nothing', 'ndjson.gz', Buffer.alloc(0)),
  ];
}

function yamlBomb(): string {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++) {
    const [name, former] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
    lines.push(`${name}: &${name} [${Array(10).fill(`*${former}`).join(', ')}]`);
  }
  return lines.join('\n');
}
