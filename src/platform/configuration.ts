import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { NAME_PATTERN } from '../definition/document.js';
import {
  KAFKA_SETTINGS,
  type KafkaConnection,
  type KafkaLogSettings,
  type KafkaSetting,
  kafkaConnection,
  kafkaLogSettings,
} from './kafka-settings.js';
import {
  PROCESS_SETTINGS,
  type ProcessSetting,
  type ProcessSettings,
  processSettings,
} from './process-settings.js';
import { REDIS_SETTINGS, type RedisSetting, type RedisSettings, redisSettings } from './redis-settings.js';
import {
  choice,
  durationUs,
  type Given,
  instant,
  known,
  refusal,
  share,
  sizeBytes,
  type TakeSetting,
  text,
  texts,
  wholeNumber,
} from './setting-values.js';

/** Everything an operator decides. Paths are absolute. */
export type Configuration = {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly dataDir: string;
  /** What trainings and jobs leave in files; processes that share a registry see the same folder. */
  readonly filesDir: string;
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
  /** Where the log of every source is: in the data folder, or on Kafka. */
  readonly log: LogSettings;
  /** Where online state is: in the data folder, or on Redis. */
  readonly online: OnlineSettings;
  readonly processes: ProcessSettings;
  /** The Kafka cluster whose topics sources may read as streams; null is none. */
  readonly stream: KafkaConnection | null;
  /** The project of Feast's routes that name none; null is none. */
  readonly feastProject: string | null;
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

type LogSettings =
  | { readonly engine: 'embedded' }
  | { readonly engine: 'kafka'; readonly kafka: KafkaLogSettings };

type OnlineSettings =
  | { readonly engine: 'lmdb' }
  | { readonly engine: 'redis'; readonly redis: RedisSettings };

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
const OWN_SETTINGS = [
  'host',
  'port',
  'dataDir',
  'filesDir',
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
  'feast.project',
  'clock',
  'log.engine',
  'online.engine',
] as const;

type Setting = (typeof OWN_SETTINGS)[number] | KafkaSetting | RedisSetting | ProcessSetting;

const SETTINGS: readonly Setting[] = [
  ...OWN_SETTINGS,
  ...KAFKA_SETTINGS,
  ...REDIS_SETTINGS,
  ...PROCESS_SETTINGS,
];

const LOG_ENGINES = ['embedded', 'kafka'] as const;

const ONLINE_ENGINES = ['lmdb', 'redis'] as const;

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

function resolveSettings(settings: ReadonlyMap<Setting, Given>, workingDir: string): Configuration {
  const take: TakeSetting<Setting> = (name, read, fallback) => {
    const given = settings.get(name);
    return given === undefined ? fallback : read(given);
  };
  const folder = (given: Given): string => resolve(workingDir, text(given));
  const dataDir = take('dataDir', folder, join(workingDir, 'data'));
  return {
    host: take('host', text, '127.0.0.1'),
    port: take('port', wholeNumber(0, 65_535), 3400),
    dataDir,
    filesDir: take('filesDir', folder, dataDir),
    dataRoots: take('dataRoots', (given) => texts(given).map((root) => resolve(workingDir, root)), [
      join(workingDir, 'demo'),
      join(dataDir, 'uploads'),
    ]),
    maxBodyBytes: take('maxBody', sizeBytes, 512 * 1024 ** 2),
    maxSkewUs: take('maxSkew', skewUs, 1_000_000n),
    databaseUrl: take<string | null>('databaseUrl', databaseUrl, null),
    databasePoolSize: take('databasePoolSize', wholeNumber(1, 1000), 10),
    log: logSettings(take),
    online: onlineSettings(take),
    processes: processSettings(take),
    stream: kafkaConnection(take, 'stream.kafka'),
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
    feastProject: take<string | null>('feast.project', projectName, null),
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

/** `{ duckdb: { threads: 2 } }` as `duckdb.threads`. */
function flatten(content: object): readonly [string, unknown][] {
  return Object.entries(content).flatMap(([name, value]): [string, unknown][] =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? flatten(value).map(([inner, each]): [string, unknown] => [`${name}.${inner}`, each])
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

function onlineSettings(take: TakeSetting<Setting>): OnlineSettings {
  const engine = take('online.engine', choice(ONLINE_ENGINES), 'lmdb');
  return engine === 'lmdb' ? { engine } : { engine, redis: redisSettings(take) };
}

function logSettings(take: TakeSetting<Setting>): LogSettings {
  const engine = take('log.engine', choice(LOG_ENGINES), 'embedded');
  return engine === 'embedded' ? { engine } : { engine, kafka: kafkaLogSettings(take) };
}

function memorySize(given: Given): string {
  return sizeBytes(given) > 0 ? text(given) : '';
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

function projectName(given: Given): string {
  const name = text(given);
  if (new RegExp(NAME_PATTERN).test(name)) return name;
  throw refusal(given.from, `"${name}" is no name of a project; write a letter, then letters, digits and _`);
}

function logLevel(given: Given): LogLevel {
  return known(text(given), LOG_LEVELS, given.from);
}
