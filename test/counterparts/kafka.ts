import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, type MadeCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** Apache Kafka (Java): one process is broker and controller. About 45 MB. */
export const KAFKA: MadeCounterpart = {
  kind: 'made',
  name: 'kafka',
  judges: 'the log and stream sources on Kafka',
  lacks: () => {
    const [, java] = /version "(\d+)/.exec(versionOf('java', '-version') ?? '') ?? [];
    if (!(Number(java) >= LEAST_JAVA)) return `Java ${LEAST_JAVA} or later not installed`;
    const missing = [
      ['mvn', '-version'],
      ['openssl', 'version'],
    ].filter(([tool, flag]) => versionOf(tool!, flag!) === null);
    return missing.length === 0 ? null : `${missing.map(([tool]) => tool).join(' and ')} not installed`;
  },
  make: async (folder) => {
    const libraries = `-DoutputDirectory=${join(folder, 'lib')}`;
    await runTool('mvn', [...MAVEN, libraries], { cwd: sourcesOf('kafka') });
    await format(folder);
  },
};

/** Who may come in through a secured listener. */
export const KAFKA_ACCOUNT = { username: 'plumbline', password: 'plumbline-secret' } as const;

/** Java and its arguments for a broker with these properties. */
export function kafkaCommand(properties: string): {
  readonly file: string;
  readonly args: readonly string[];
} {
  return { file: 'java', args: [...JAVA, '-cp', classPathIn(folderOf(KAFKA)), 'kafka.Kafka', properties] };
}

/** Storage as a broker begins with it: formatted, with the account. Copying it saves a second. */
export function kafkaStorage(): string {
  return join(folderOf(KAFKA), 'storage');
}

async function format(folder: string): Promise<void> {
  const properties = join(folder, 'format.properties');
  await writeFile(properties, propertiesText({ ...ROLES, 'log.dirs': join(folder, 'storage') }));
  const { username, password } = KAFKA_ACCOUNT;
  const accounts = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...accounts];
  await runTool('java', [...JAVA, '-cp', classPathIn(folder), ...format], { cwd: folder });
}

/** Properties as Java reads them. */
export function propertiesText(properties: Readonly<Record<string, string | number>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function classPathIn(folder: string): string {
  return join(folder, 'lib', '*');
}

/** What formatting asks for; a broker names ports of its own. */
const ROLES = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': '1@127.0.0.1:1',
  'controller.listener.names': 'CONTROLLER',
  listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:1',
};

/** Sixteen bytes in base64. */
const CLUSTER_ID = Buffer.from('plumbline-tests1').toString('base64url');
const MAVEN = ['-q', '-B', '-Dstyle.color=never', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
const JAVA = [
  '-Xms64m',
  '-Xmx256m',
  '-XX:MaxDirectMemorySize=128m',
  '-XX:+UseSerialGC',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];
/** Kafka 4's brokers. */
const LEAST_JAVA = 17;
