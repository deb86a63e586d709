import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { closestName } from '../definition/closest-name.js';
import { parseDuration } from '../definition/duration.js';
import { PlumblineError } from '../definition/error.js';
import { parseTimestamp } from '../definition/time.js';

/** Everything an operator decides. Paths are absolute. */
export type Configuration = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  /** Folders that batch loads may read from. */
  readonly dataRoots: readonly string[];
  /** Limit of a frame in a request body; see `MAX_TEXT_BODY_BYTES` for JSON and YAML. */
  readonly maxBodyBytes: number;
  /** How far ahead of the clock a row may be (S14). */
  readonly maxSkewUs: bigint;
  /** PostgreSQL for the registry; null is PGlite in the data folder. */
  readonly databaseUrl: string | null;
  /** Connections to it at most. */
  readonly databasePoolSize: number;
  readonly duckdb: { readonly memoryLimit: string; readonly threads: number };
  /** What computes models: asserted at the first one, and recorded with every version. */
  readonly tfBackend: TfBackend;
  readonly logLevel: LogLevel;
  readonly answerLog: AnswerLogLimits;
  /** Time between two audits of the answers logged meanwhile, microseconds of the service clock; null is never. */
  readonly auditEveryUs: bigint | null;
  /** What the service clock shows at the start, microseconds; null is the system's time. For demos and replays. */
  readonly clockStartUs: bigint | null;
};

/** Which answers are kept for audits, and how many. */
export type AnswerLogLimits = {
  /** Share of the keys whose answers are logged, 0 to 1, unless a feature service says otherwise. */
  readonly share: number;
  /** Files beyond are removed, the oldest first. */
  readonly maxBytes: number;
  /** Answers older than this are removed, microseconds. */
  readonly maxAgeUs: bigint;
};

/** Injection token of the {@link Configuration}. */
export const CONFIG = Symbol('CONFIG');

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

type LogLevel = (typeof LOG_LEVELS)[number];

const TF_BACKENDS = ['auto', 'gpu', 'native', 'wasm', 'cpu'] as const;

/** `native` and `gpu` need packages that an operator builds; `auto` takes the first that starts, from left to right. */
export type TfBackend = (typeof TF_BACKENDS)[number];

/** Every setting by its name in the file; the environment variable is `PLUMBLINE_` and the name in capitals. */
const SETTINGS = [
  'host',
  'port',
  'dataDir',
  'dataRoots',
  'maxBody',
  'maxSkew',
  'databaseUrl',
  'databasePoolSize',
  'duckdb.memoryLimit',
  'duckdb.threads',
  'tfBackend',
  'logLevel',
  'answerLog.share',
  'answerLog.maxSize',
  'answerLog.maxAge',
  'audit.every',
  'clock',
] as const;

type Setting = (typeof SETTINGS)[number];

/** Names the configuration file; without it `plumbline.yaml` is read where there is one. */
const FILE_VARIABLE = 'PLUMBLINE_CONFIG';
const DEFAULT_FILE = 'plumbline.yaml';

/**
 * The configuration from `plumbline.yaml` and PLUMBLINE_* variables, which win. Throws INVALID_DOCUMENT, naming the file
 * or variable, for an unknown setting or a bad value.
 */
export function loadConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  workingDir: string = process.cwd(),
): Configuration {
  const settings = new Map([
    ...fileSettings(environment[FILE_VARIABLE], workingDir),
    ...environmentSettings(environment),
  ]);
  return resolveSettings(settings, workingDir);
}

/** The default configuration with its data in `dataDir` and a free port: for tests and checks in process. */
export function configurationIn(dataDir: string): Configuration {
  const settings = new Map<Setting, Given>([
    ['dataDir', { value: dataDir, from: 'dataDir' }],
    ['port', { value: 0, from: 'port' }],
    ['logLevel', { value: 'warn', from: 'logLevel' }],
  ]);
  return resolveSettings(settings, process.cwd());
}

type Given = { readonly value: unknown; readonly from: string };

function resolveSettings(settings: ReadonlyMap<Setting, Given>, workingDir: string): Configuration {
  const take = <T>(name: Setting, read: (given: Given) => T, fallback: T): T => {
    const given = settings.get(name);
    return given === undefined ? fallback : read(given);
  };
  const folder = (given: Given): string => resolve(workingDir, text(given));
  const dataDir = take('dataDir', folder, join(workingDir, 'data'));
  return {
    host: take('host', text, '127.0.0.1'),
    port: take('port', wholeNumber(0, 65_535), 3400),
    dataDir,
    dataRoots: take('dataRoots', (given) => texts(given).map((root) => resolve(workingDir, root)), [
      join(workingDir, 'demo'),
      join(dataDir, 'uploads'),
    ]),
    maxBodyBytes: take('maxBody', sizeBytes, 512 * 1024 ** 2),
    maxSkewUs: take('maxSkew', skewUs, 1_000_000n),
    databaseUrl: take<string | null>('databaseUrl', databaseUrl, null),
    databasePoolSize: take('databasePoolSize', wholeNumber(1, 1000), 10),
    duckdb: {
      memoryLimit: take('duckdb.memoryLimit', memorySize, '512MiB'),
      threads: take('duckdb.threads', wholeNumber(1, 1024), availableParallelism()),
    },
    tfBackend: take<TfBackend>('tfBackend', (given) => known(text(given), TF_BACKENDS, given.from), 'wasm'),
    logLevel: take('logLevel', logLevel, 'info'),
    answerLog: {
      share: take('answerLog.share', share, 0.01),
      maxBytes: take('answerLog.maxSize', sizeBytes, 256 * 1024 ** 2),
      maxAgeUs: take('answerLog.maxAge', durationUs, 7n * 86_400_000_000n),
    },
    auditEveryUs: take<bigint | null>('audit.every', auditEveryUs, 86_400_000_000n),
    clockStartUs: take<bigint | null>('clock', instant, null),
  };
}

function fileSettings(named: string | undefined, workingDir: string): readonly [Setting, Given][] {
  const file = resolve(workingDir, named ?? DEFAULT_FILE);
  if (!existsSync(file)) {
    if (named === undefined) return [];
    throw refusal(FILE_VARIABLE, `there is no file "${file}"`);
  }
  const content: unknown = parseFile(file);
  if (content === null) return [];
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw refusal(file, 'write settings as "name: value" lines');
  }
  return flatten(content).map(([name, value]) => [
    known(name, SETTINGS, file),
    { value, from: `${file}: "${name}"` },
  ]);
}

function parseFile(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refusal(file, error instanceof Error ? error.message : String(error));
  }
}

/** `{ duckdb: { threads: 2 } }` as `duckdb.threads`; one level is all there is. */
function flatten(content: object): readonly [string, unknown][] {
  return Object.entries(content).flatMap(([name, value]): [string, unknown][] =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.entries(value).map(([inner, each]): [string, unknown] => [`${name}.${inner}`, each])
      : [[name, value]],
  );
}

function environmentSettings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly [Setting, Given][] {
  const names = new Map(SETTINGS.map((setting) => [variableOf(setting), setting]));
  return Object.entries(environment).flatMap(([variable, value]): [Setting, Given][] => {
    if (!variable.startsWith('PLUMBLINE_') || value === undefined) return [];
    if (variable === FILE_VARIABLE) return [];
    const name = known(variable, [...names.keys()], 'environment');
    return [[names.get(name)!, { value, from: variable }]];
  });
}

function variableOf(setting: string): string {
  const words = setting.replaceAll('.', '_').replaceAll(/([a-z])([A-Z])/g, '$1_$2');
  return `PLUMBLINE_${words.toUpperCase()}`;
}

function known<T extends string>(name: string, names: readonly T[], where: string): T {
  const found = names.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  const near = closestName(name, names);
  const remedy = near === null ? `known are ${names.join(', ')}` : `did you mean "${near}"?`;
  throw refusal(where, `unknown setting "${name}"; ${remedy}`);
}

function refusal(where: string, message: string): PlumblineError {
  return new PlumblineError('INVALID_DOCUMENT', `${where}: ${message}`, { path: where });
}

function text({ value, from }: Given): string {
  if (typeof value === 'string' && value !== '') return value;
  throw refusal(from, `${JSON.stringify(value)} is no text`);
}

function texts(given: Given): readonly string[] {
  const { value, from } = given;
  if (Array.isArray(value)) return value.map((item: unknown) => text({ value: item, from }));
  return text(given).split(delimiter);
}

function instant(given: Given): bigint {
  const us = parseTimestamp(text(given));
  if (us !== null) return us;
  throw refusal(given.from, `"${String(given.value)}" is no instant; write it as 2013-12-30T23:30:00Z`);
}

function wholeNumber(from: number, to: number): (given: Given) => number {
  return (given) => {
    const number = typeof given.value === 'string' ? Number(given.value) : given.value;
    if (Number.isInteger(number) && Number(number) >= from && Number(number) <= to) {
      return Number(number);
    }
    throw refusal(given.from, `${String(given.value)} is no whole number from ${from} to ${to}`);
  };
}

function share(given: Given): number {
  const number = typeof given.value === 'string' ? Number(given.value) : given.value;
  if (typeof number === 'number' && number >= 0 && number <= 1 && given.value !== '') return number;
  throw refusal(given.from, `${String(given.value)} is no share; write a number from 0 (none) to 1 (all)`);
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
};

function sizeBytes(given: Given): number {
  const match = /^([1-9][0-9]{0,8})([KMG]i?B|)$/.exec(String(given.value));
  if (match) return Number(match[1]) * SIZE_UNITS[match[2]!]!;
  throw refusal(given.from, `${String(given.value)} is no size; write bytes, or such as "512MiB"`);
}

function memorySize(given: Given): string {
  return sizeBytes(given) > 0 ? text(given) : '';
}

function durationUs(given: Given): bigint {
  return parseDuration(text(given), given.from);
}

/** `never` is null; an audit reads files and history, so not more often than each minute. */
function auditEveryUs(given: Given): bigint | null {
  if (given.value === 'never') return null;
  const us = durationUs(given);
  if (us >= 60_000_000n) return us;
  throw refusal(given.from, `"${String(given.value)}" is shorter than 1m; write a longer time, or "never"`);
}

/** What answers may be ahead of the clock must stay small beside what history keeps of them. */
const LONGEST_SKEW_US = 60_000_000n;

function skewUs(given: Given): bigint {
  const us = durationUs(given);
  if (us <= LONGEST_SKEW_US) return us;
  throw refusal(given.from, 'is longer than 1m; rows further ahead are held by sources with "future: hold"');
}

function databaseUrl(given: Given): string {
  const url = text(given);
  if (/^postgres(ql)?:\/\//.test(url)) return url;
  throw refusal(given.from, 'is no address of PostgreSQL; write postgres://user:password@host/name');
}

function logLevel(given: Given): LogLevel {
  return known(text(given), LOG_LEVELS, given.from);
}
