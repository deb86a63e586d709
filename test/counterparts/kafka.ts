import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kafkaAnswers } from '../support/kafka-answers.js';
import { reservePorts } from '../support/ports.js';
import { ServerProcess } from '../support/server-process.js';
import { folderOf, type MadeCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** Apache Kafka (Java): one process is broker and controller. About 95 MB. */
export const KAFKA: MadeCounterpart = {
  kind: 'made',
  name: 'kafka',
  judges: 'the log and stream sources on Kafka',
  lacks: () => {
    const [, java] = /version "(\d+)/.exec(versionOf('java', '-version') ?? '') ?? [];
    if (!(Number(java) >= LEAST_JAVA)) return `Java ${LEAST_JAVA} or later not installed`;
    const tools = [
      ['mvn', '-version'],
      ['openssl', 'version'],
    ] as const;
    const missing = tools.filter(([tool, flag]) => versionOf(tool, flag) === null);
    return missing.length === 0 ? null : `${missing.map(([tool]) => tool).join(' and ')} not installed`;
  },
  make: async (folder) => {
    const libraries = `-DoutputDirectory=${join(folder, 'lib')}`;
    await runTool('mvn', [...MAVEN, libraries], { cwd: sourcesOf('kafka') });
    await format(folder);
    await archiveClasses(folder);
  },
};

/** Who may come in through a secured listener. */
export const KAFKA_ACCOUNT = { username: 'plumbline', password: 'plumbline-secret' } as const;

/** Java and its arguments for a broker with these properties, and where it has to run. */
export function kafkaCommand(properties: string): {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
} {
  const archive = `-XX:SharedArchiveFile=${ARCHIVE}`;
  return { file: 'java', args: [...JAVA, archive, ...CLASS_PATH, BROKER, properties], cwd: folderOf(KAFKA) };
}

/** Storage as a broker begins with it: formatted, with the account. Copying it saves seconds. */
export function kafkaStorage(): string {
  return join(folderOf(KAFKA), STORAGE);
}

/** The properties of every broker with those of one, as Java reads them. */
export function kafkaProperties(own: Readonly<Record<string, string | number>>): string {
  const common = readFileSync(join(sourcesOf('kafka'), 'broker.properties'), 'utf8');
  return `${common}\n${Object.entries(own)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')}`;
}

async function format(folder: string): Promise<void> {
  const properties = join(folder, 'format.properties');
  await writeFile(properties, kafkaProperties({ ...NOWHERE, 'log.dirs': join(folder, STORAGE) }));
  const { username, password } = KAFKA_ACCOUNT;
  const accounts = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
    '--add-scram',
    `${mechanism}=[name=${username},password=${password}]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, ...accounts];
  await runTool('java', [...JAVA, ...CLASS_PATH, ...format], { cwd: folder });
}

/**
 * Runs a broker once and keeps the classes that it loaded as the virtual machine has them in memory: a broker then starts
 * in half the time. They are found again by the paths of their jars, hence the relative ones.
 */
async function archiveClasses(folder: string): Promise<void> {
  const [port, controllerPort] = await reservePorts(2);
  const own = join(folder, 'first');
  await cp(join(folder, STORAGE), own, { recursive: true });
  const properties = join(own, 'broker.properties');
  await writeFile(
    properties,
    kafkaProperties({
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAIN://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'log.dirs': own,
    }),
  );
  const broker = new ServerProcess({
    name: KAFKA.name,
    file: 'java',
    args: [...JAVA, `-XX:ArchiveClassesAtExit=${ARCHIVE}`, ...CLASS_PATH, BROKER, properties],
    folder: own,
    cwd: folder,
    probe: () => kafkaAnswers(port!),
  });
  await broker.start();
  await broker.stop();
  await broker.close();
}

const BROKER = 'kafka.Kafka';
const STORAGE = 'storage';
const ARCHIVE = 'classes.jsa';
const CLASS_PATH = ['-cp', join('lib', '*')];
/** What formatting asks for; a broker names ports of its own. */
const NOWHERE = {
  'controller.quorum.voters': '1@127.0.0.1:1',
  listeners: 'PLAIN://127.0.0.1:0,CONTROLLER://127.0.0.1:1',
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
